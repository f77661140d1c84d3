/* The page of SQL: a question to plans.db, its rows as a table, as CSV and as JSON; ?sql= (or ?_query=, the name of a canned one) and its parameters may stand in the address. */
(() => {
  "use strict";
  const { element, settings } = keikaku;
  const [form, stop, result, fields] = ["ask", "stop", "result", "values"].map((id) => document.getElementById(id));

  const readValues = () => Object.fromEntries([...fields.querySelectorAll("input")].map((input) => [input.name, input.value]));

  /* A field for each :name that a statement has. */
  function showFields(names, values) {
    fields.replaceChildren(...[...new Set(names)].map((name) => {
      const input = element("input", { id: `p-${name}`, name, value: values[name] ?? "", autocomplete: "off" });
      return element("div", { className: "grow" }, element("label", { htmlFor: input.id }, `:${name} に入れる値`), input);
    }));
  }

  function explain(message) {
    for (const [pattern, sentence, hint] of settings.complaints) {
      const match = new RegExp(`^(?:${pattern})$`, "s").exec(message);
      if (match) return `${match.slice(1).reduce((text, part) => text.replace("{}", part), sentence)}${hint}`;
    }
    return "このSQLは実行できませんでした。SQLite のメッセージを手がかりに、文を見直してください。";
  }

  function showError(message) {
    const details = element("details", {}, element("summary", {}, "SQLite のメッセージ"), element("pre", {}, message));
    const note = element("div", { className: "error-note" }, element("p", {}, explain(message)), message === "stopped" ? "" : details);
    note.setAttribute("role", "alert");
    result.replaceChildren(note);
  }

  /* A cell of CSV, quoted where it must be. */
  const quote = (value) => (/[",\n\r]/.test(value ?? "") ? `"${value.replaceAll('"', '""')}"` : String(value ?? ""));

  function save(name, type, text) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    element("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  function saving({ columns, rows }) {
    const csv = () => `\ufeff${[columns, ...rows].map((row) => row.map(quote).join(",")).join("\r\n")}\r\n`;
    const json = () => JSON.stringify(rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]]))), null, 1);
    const button = (text, action) => element("button", { type: "button", onclick: action }, text);
    return element("p", { className: "button-row" }, button("CSVで保存", () => save("result.csv", "text/csv", csv())),
      button("JSONで保存", () => save("result.json", "application/json", json())));
  }

  function table({ columns, rows }, pages) {
    const cell = (value, i) => {
      const made = element("td", { className: typeof value === "number" ? "number" : "" }, pages.has(value) ? element("a", { href: pages.get(value) }, value) : String(value ?? ""));
      made.dataset.label = columns[i];
      return made;
    };
    const head = element("thead", {}, element("tr", {}, columns.map((column) => element("th", { scope: "col" }, column))));
    const body = element("tbody", {}, rows.map((row) => element("tr", {}, row.map(cell))));
    const made = element("div", { className: "table-wrapper", tabIndex: 0 }, element("table", { className: "rows-and-columns stack" }, head, body));
    made.setAttribute("role", "region");
    made.setAttribute("aria-label", "SQLの結果");
    return made;
  }

  async function run(values) {
    result.replaceChildren(element("p", {}, "実行しています…"));
    stop.hidden = false;
    try {
      const answer = await keikaku.query(form.sql.value, values), texts = answer.rows.flat().filter((value) => typeof value === "string");
      const found = await keikaku.query(settings.records, { ids: JSON.stringify(texts) });
      const pages = new Map(found.rows.map(([id, path, plan]) => [id, keikaku.locate(path, plan)])), count = `${answer.rows.length}件`;
      showFields(answer.parameters, values);
      result.replaceChildren(element("p", { className: "result-count" }, element("strong", { className: "count" }, count), answer.isCut ? `以上（最初の${count}だけを示しています）` : ""),
        ...(answer.rows.length ? [saving(answer), table(answer, pages)] : [element("p", {}, "あてはまる行はありません。")]));
    } catch (error) {
      showError(error.message);
    }
    stop.hidden = true;
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); run(readValues()); });
  stop.addEventListener("click", () => keikaku.stop());
  for (const button of document.querySelectorAll("button[data-sql]")) {
    button.addEventListener("click", () => {
      form.sql.value = button.dataset.sql;
      form.scrollIntoView();
      run(JSON.parse(button.dataset.values));
    });
  }
  const { _query, sql = settings.queries[_query], ...given } = Object.fromEntries(new URLSearchParams(location.search));
  if (sql) {
    form.sql.value = sql;
    run(given);
  }
})();
