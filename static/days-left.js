// How many days are left until a day, by the visitor's clock and the date in Japan; shown by tables.css, on screen only.
const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Tokyo" }).format(new Date());
for (const day of document.querySelectorAll("time.days-left")) {
  const left = Math.round((Date.parse(day.dateTime) - Date.parse(today)) / 86400000);
  if (left >= 0) day.dataset.left = left;
}
