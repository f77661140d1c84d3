/* plans.db asked in a worker, from scripts alone, since a page that was opened from a disk may load nothing else:
   keikaku.search(text) -> rows, best first; keikaku.tell(text) -> counts, notes, links; keikaku.query(sql, values) -> columns, rows. */
(() => {
  "use strict";
  const LIMIT = 20; // seconds for an answer
  const FILES = ["worker.js", "sqlite3.js", "plans.js"]; // scripts of db/ that hold the code of the worker, SQLite and plans.db
  const here = document.currentScript.src, settings = JSON.parse(document.getElementById("keikaku").textContent);
  let files, worker, refuse, turn = Promise.resolve();

  async function load(name) {
    await new Promise((resolve, reject) => {
      const onerror = () => reject(new Error(`${name} がありません`));
      document.head.append(element("script", { src: new URL(`../../db/${name}`, here), onload: resolve, onerror }));
    });
    const signs = atob(self.keikakuFiles[name]), packed = new Uint8Array(signs.length);
    for (let i = 0; i < signs.length; i++) packed[i] = signs.charCodeAt(i); // a tenth of the time of Uint8Array.from
    return new Uint8Array(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
  }

  function listen(task, ...values) {
    return new Promise((resolve, reject) => {
      refuse = reject;
      worker.onmessage = ({ data }) => (data.error === undefined ? resolve(data.answer) : reject(new Error(data.error)));
      worker.onerror = (event) => stop(event.message);
      worker.postMessage({ task, values });
    });
  }

  async function start() {
    const [code, ...opened] = await (files ??= Promise.all(FILES.map(load)));
    const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    worker = new Worker(address);
    URL.revokeObjectURL(address);
    await listen("open", ...opened);
  }

  /* One after the other; a worker that was stopped is started again by the next who asks. */
  function ask(...asked) {
    const answer = turn.then(async () => {
      if (!worker) await start();
      const timer = setTimeout(stop, LIMIT * 1000, "interrupted");
      return listen(...asked).finally(() => clearTimeout(timer));
    });
    turn = answer.catch(() => {});
    return answer;
  }

  function stop(why = "stopped") {
    worker?.terminate();
    worker = undefined;
    refuse?.(new Error(why));
  }

  /* From the folder of this page; of many plans the records of one (`plan`) lie in a list for each table (keikaku.publish.stick_records). */
  function locate(path, plan) {
    const [, tables, table, id] = /^(.*\/plans)\/([^/?]+)\/([^/?]+)/.exec(path) ?? [], isFile = !settings.lists || !plan || id === plan || table === "municipalities";
    return isFile || !id ? `${settings.root}${path.split("?")[0]}/index.html` : `${settings.root}${tables}/${table}/${plan}.html?${id}#${id}`;
  }

  /* Rows with kind, id, title, url (from the folder of this page), snippet, sector, code, plan and table; `filters`: municipality, plan, theme, kind. */
  async function search(text, filters = {}) {
    const { columns, rows } = await ask("query", settings.search, { ...filters, q: text });
    const named = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
    return named.map((row) => ({ ...row, url: locate(row.url, row.plan), table: row.url.split("/").at(-2) }));
  }

  /* An element of a page with its children, texts or elements. */
  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children.flat());
    return made;
  }

  const query = (sql, values) => ask("query", sql, values), tell = (text, filters = {}) => ask("tell", text, filters);
  self.keikaku = { search, tell, query, stop, settings, element, locate };
})();
