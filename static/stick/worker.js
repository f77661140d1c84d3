/* plans.db in a worker, from scripts alone, since a page that was opened from a disk may load nothing else:
   keikaku.search(text) -> rows, best first; keikaku.tell(text) -> counts, notes, links; keikaku.query(sql, values) -> columns, rows. */
(() => {
  "use strict";
  const LIMIT = 20; // seconds for an answer
  const MOST = 2000; // rows of an answer

  /* Runs in the worker, with the scripts that it needs as `code`. */
  async function work(code, limit) {
    const { files, rules } = await new Promise((resolve) => { self.onmessage = ({ data }) => resolve(data); });
    const unpack = async (base64) => {
      const packed = new Blob([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt())]);
      return new Uint8Array(await new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
    };
    self.sqlite3ApiConfig = { warn: () => {}, disable: { vfs: { opfs: true, "opfs-sahpool": true, "opfs-wl": true } } };
    const { capi, oo1, wasm } = await code.sqlite()({ wasmBinary: await unpack(files["sqlite3.wasm"]) });
    const bytes = await unpack(files["plans.db"]), db = new oo1.DB();
    const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_READONLY;
    db.checkRc(capi.sqlite3_deserialize(db, "main", wasm.allocFromTypedArray(bytes), bytes.length, bytes.length, flags));

    const execute = (sql, bind) => db.exec({ sql, bind, returnValue: "resultRows" });
    const text = code.text(rules), results = code.results(execute, rules, text, code.matching(execute, rules, text));
    const find = (words, municipality, plan, theme, kind) => results.search(words, { municipality, plan, theme, kind });
    const functions = {
      search_match: results.match, escape_fts: results.match, search_results: (...asked) => JSON.stringify(find(...asked).results),
      search_key: (words) => text.normalise(words).trim(), fiscal_year: text.readYear,
      highlight: results.highlight, highlight_snippet: results.highlightSnippet,
      target_rate: (rule) => JSON.stringify(rule ? { refusal: "サーバーのない版では計算しません" } : {}),
    };
    for (const [name, give] of Object.entries(functions)) {
      db.createFunction(name, (_, ...values) => give(...values.map((value) => String(value ?? ""))), { arity: -1, deterministic: true });
    }

    function query(sql, values = {}) {
      const statement = db.prepare(sql);
      try {
        if (!capi.sqlite3_stmt_readonly(statement)) throw new Error("Statement must be a SELECT");
        if (sql.slice(capi.sqlite3_sql(statement).length).trim()) throw new Error("You can only execute one statement at a time");
        const parameters = Array.from({ length: statement.parameterCount }, (_, i) => capi.sqlite3_bind_parameter_name(statement, i + 1));
        for (const name of new Set(parameters)) statement.bind(name, values[name.slice(1)] ?? "");
        const columns = statement.getColumnNames(), rows = [];
        while (rows.length <= limit && statement.step()) rows.push(statement.get([]).map((value) => (typeof value === "bigint" ? String(value) : value)));
        return { columns, rows: rows.slice(0, limit), isCut: rows.length > limit, parameters: parameters.map((name) => name.slice(1)) };
      } finally {
        statement.finalize();
      }
    }

    const tell = (words, { municipality = "", plan = "", theme = "", kind = "" }) => ({ ...find(words, municipality, plan, theme, kind), results: undefined });
    const tasks = { query, tell };
    self.onmessage = ({ data: { task, values } }) => {
      try {
        self.postMessage({ answer: tasks[task](...values) });
      } catch (error) {
        self.postMessage({ error: error.message.replace(/^.*?sqlite3 result code \d+: /s, "") });
      }
    };
    self.postMessage({});
  }

  const here = document.currentScript.src;
  let loaded, worker, refuse, turn = Promise.resolve();

  function listen(send) {
    return new Promise((resolve, reject) => {
      refuse = reject;
      worker.onmessage = ({ data }) => (data.error === undefined ? resolve(data.answer) : reject(new Error(data.error)));
      worker.onerror = (event) => stop(event.message);
      worker.postMessage(send);
    });
  }

  /* What is needed only when something is asked. */
  function load(name) {
    return new Promise((resolve, reject) => {
      document.head.append(element("script", { src: new URL(`../../db/${name}`, here), onload: resolve, onerror: () => reject(new Error(`${name} がありません`)) }));
    });
  }

  async function start() {
    await (loaded ??= Promise.all(["plans.js", "sqlite3-wasm.js"].map(load)));
    const code = Object.entries(self.keikakuCode).map(([name, part]) => `${name}: ${part}`).join(",\n");
    const text = `(${work})({\n${code}\n}, ${MOST}).catch((error) => self.postMessage({ error: String(error) }));`;
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    worker = new Worker(address);
    URL.revokeObjectURL(address);
    await listen({ files: self.keikakuFiles, rules: settings.rules }).catch((error) => { stop(); throw error; });
  }

  /* One after the other; a worker that was stopped is started again by the next who asks. */
  function ask(task, ...values) {
    const answer = turn.then(async () => {
      if (!worker) await start();
      const timer = setTimeout(stop, LIMIT * 1000, "interrupted");
      return listen({ task, values }).finally(() => clearTimeout(timer));
    });
    turn = answer.catch(() => {});
    return answer;
  }

  function stop(why = "stopped") {
    worker?.terminate();
    worker = undefined;
    refuse?.(new Error(why));
  }

  const locate = (path) => `..${path.split("?")[0]}/index.html`; // from the folder of this page

  /* Rows with kind, id, title, url (from the folder of this page), snippet, sector, code and plan; `filters`: municipality, plan, theme, kind. */
  async function search(text, filters = {}) {
    const { columns, rows } = await ask("query", settings.search, { ...filters, q: text });
    const named = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
    return named.map((row) => ({ ...row, url: locate(row.url) }));
  }

  /* An element of a page with its children, texts or elements. */
  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children.flat());
    return made;
  }

  const settings = JSON.parse(document.getElementById("keikaku").textContent);
  const query = (sql, values) => ask("query", sql, values), tell = (text, filters = {}) => ask("tell", text, filters);
  self.keikaku = { search, tell, query, stop, settings, element, locate };
})();
