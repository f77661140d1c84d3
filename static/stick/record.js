/* In a list of records, which holds their pages packed: the page that the address names (?id), in the place of the list. */
(() => {
  "use strict";
  const id = location.search.slice(1).split("&")[0], list = document.documentElement;
  if (!id) return;
  list.hidden = true; // until it is known whether there is such a page

  async function show() {
    const packed = Uint8Array.from(atob(document.getElementById("pages").textContent), (sign) => sign.charCodeAt(0));
    const { [id]: page } = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
    if (!page) return;
    document.open();
    document.write(page);
    document.close();
    if (location.hash) location.replace(location.hash); // to a place within the page
  }

  document.addEventListener("DOMContentLoaded", () => show().finally(() => { list.hidden = false; }));
})();
