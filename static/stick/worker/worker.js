/* plans.db in memory, and answers to what static/stick/page.js asks. */

const MOST = 2000; // rows of an answer
let capi, db, lexicon;

const execute = (sql, bind) => db.exec({ sql, bind, returnValue: "resultRows" });

async function open(wasmBinary, bytes) {
  self.sqlite3ApiConfig = { warn: () => {}, disable: { vfs: { opfs: true, "opfs-sahpool": true, "opfs-wl": true } } };
  const { capi: functions, oo1, wasm } = await sqlite.default({ wasmBinary });
  [capi, db] = [functions, new oo1.DB()];
  const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_READONLY;
  db.checkRc(capi.sqlite3_deserialize(db, "main", wasm.allocFromTypedArray(bytes), bytes.length, bytes.length, flags));
  lexicon = readLexicon();
  for (const [name, give] of Object.entries(sqlFunctions)) {
    db.createFunction(name, (_, ...values) => give(...values.map((value) => String(value ?? ""))), { arity: -1, deterministic: true });
  }
}

const found = (words, municipality, plan, theme, kind) => search(JSON.stringify([words, { municipality, plan, theme, kind }]));
const match = (words) => plan(words, {}).levels.at(-1) ?? rules.text.NOTHING;
const needlesFor = (words) => needlesOf(plan(words, {}).ways);
const sqlFunctions = {
  search_match: match, escape_fts: match, search_key: (words) => normalise(words).trim(),
  fiscal_year: (text) => {
    const years = readYears(normalise(text).trim());
    return years.length === 1 ? years[0] : null;
  },
  search_results: (...asked) => JSON.stringify(found(...asked).results),
  highlight: (line, words) => markHits(line, findHits(line, needlesFor(words)), 0, line.length),
  highlight_snippet: (line, words) => cutOut(line, needlesFor(words)),
  target_rate: (rule) => JSON.stringify(rule ? { refusal: "サーバーのない版では計算しません" } : {}),
};

function query(sql, values = {}) {
  const statement = db.prepare(sql);
  try {
    if (!capi.sqlite3_stmt_readonly(statement) || !statement.columnCount) throw new Error("Statement must be a SELECT");
    const rest = sql.slice(capi.sqlite3_sql(statement).length).replace(/--[^\n]*|\/\*[^]*?\*\/|\s/g, "");
    if (rest) throw new Error("You can only execute one statement at a time");
    const parameters = Array.from({ length: statement.parameterCount }, (_, i) => capi.sqlite3_bind_parameter_name(statement, i + 1).slice(1));
    parameters.forEach((name, i) => statement.bind(i + 1, values[name] ?? ""));
    const columns = statement.getColumnNames(), rows = [];
    while (rows.length <= MOST && statement.step()) rows.push(statement.get([]).map((value) => (typeof value === "bigint" ? String(value) : value)));
    return { columns, rows: rows.slice(0, MOST), isCut: rows.length > MOST, parameters };
  } finally {
    statement.finalize();
  }
}

function tell(words, { municipality = "", plan = "", theme = "", kind = "" }) {
  return { ...found(words, municipality, plan, theme, kind), results: undefined };
}

const tasks = { open, query, tell };
self.onmessage = async ({ data: { task, values } }) => {
  try {
    self.postMessage({ answer: await tasks[task](...values) });
  } catch (error) {
    self.postMessage({ error: error.message.replace(/^.*?sqlite3 result code \d+: /s, "") });
  }
};
