/* What a query finds, best first, as keikaku/search/ ranks and cuts it (results, snippet). */

const sql = rules.results;

const search = cached((asked) => find(...JSON.parse(asked)));

/* `filters`: municipality, plan, theme, kind. */
function find(query, filters) {
  const { levels, notes, ways, reading } = plan(query, filters), match = levels.at(-1) ?? rules.text.NOTHING;
  const kinds = execute(sql.KINDS), last = Math.max(0, ...kinds.map(([, , last]) => last));
  const counts = kinds.map(([kind, ...span]) => [kind, execute(sql.COUNT, [match, ...span])[0][0]]).filter(([, count]) => count);
  const [, ...span] = filters.kind ? kinds.find(([kind]) => kind === filters.kind) ?? ["", 0, -1] : ["", 0, last];
  const ids = best(levels, span).slice(0, sql.MOST), needles = needlesOf(ways);
  const rows = new Map(execute(sql.DOCUMENTS, [JSON.stringify(ids)]).map(([id, ...row]) => [id, describe(row, needles)]));
  const results = ids.map((id) => rows.get(id));
  return { results, counts, notes, ...(reading ? leadOn(reading, filters, results) : { links: [], columns: [] }) };
}

/* Where the answer may stand besides. */
function leadOn(reading, filters, results) {
  const plans = reading.places.size || filters.plan ? unique(results.map((result) => result.plan)) : [];
  const questions = [...reading.questions.values()], codes = reading.terms.map(missingCode).filter(Boolean);
  const address = ({ path, takes_plan }) => (takes_plan && plans.length === 1 ? `${path}?plan=${plans[0]}` : path);
  const pages = execute(sql.NAMED, [JSON.stringify([...reading.cities].sort()), JSON.stringify(codes)]);
  const links = new Map([...questions.map((question) => [question.title, address(question)]), ...pages]);
  return { links: [...links], columns: questions.map((question) => question.column).filter(Boolean) };
}

function best(levels, span) {
  const hits = new Map();
  for (const [level, match] of levels.entries()) {
    let found = execute(sql.FIRST, [match, ...span]).map(([id]) => [level, 0, 0, 0, 0, id]);
    if (found.length && found.length < sql.CANDIDATES) {
      found = execute(sql.HITS, [match, ...span]).map(([id, isRepeat, kind, bm25, position]) => [level, isRepeat, kind, Math.round(bm25 * 1e6), position, id]);
    }
    for (const hit of found) if (!hits.has(hit[5])) hits.set(hit[5], hit);
    if (hits.size >= sql.MOST) break;
  }
  const inOrder = (a, b) => a.map((value, i) => value - b[i]).find(Boolean) ?? 0;
  return [...hits.values()].sort(inOrder).map((hit) => hit[5]);
}

function describe([kind, table, id, sector, code, heading, others, body, plan], needles) {
  const isPassage = kind === "passage", title = isPassage ? `${others}（${heading}）` : heading, names = isPassage ? "" : others;
  let snippet = cutOut(body, needles);
  const inNames = names && !snippet.includes("«") ? cutOut(names, needles) : "";
  if (inNames && (!body || inNames.includes("«"))) snippet = (sql.NAMES[kind] ?? "") + inNames;
  return { kind, id, title, snippet, table, sector, code, plan };
}

// What was found in a text, between « and ».

const needlesOf = (ways) => ways.flatMap((way) => way.text.split("・").map((part) => needle(part, way.begins === true)));

function findHits(line, needles) {
  const key = normalise(line), apart = [];
  const spans = needles.flatMap((needle) => [...key.matchAll(needle)]).filter(([found]) => found).map(({ 0: found, index }) => [index, index + found.length]);
  const places = spans.length ? findPlaces(line, key) : undefined;
  const found = places ? spans.map(([start, end]) => [places[start][0], places[end - 1][1]]) : [];
  for (const hit of found.sort((a, b) => a[0] - b[0] || b[1] - a[1])) if (!apart.length || hit[0] >= apart.at(-1)[1]) apart.push(hit);
  return apart;
}

function markHits(line, hits, start, end) {
  let marked = start ? "…" : "", done = start;
  for (const [from, to] of hits.filter(([from, to]) => start <= from && to <= end)) {
    marked += `${line.slice(done, from)}«${line.slice(from, to)}»`;
    done = to;
  }
  return marked + line.slice(done, end) + (end < line.length ? "…" : "");
}

/* Of the line with most hits, what stands around the first; its beginning where there is none. */
function cutOut(body, needles) {
  const lines = body.split(/\r\n|[\n\r]/).map((line) => line.trim().split(/\s+/).join(" ")).map((line) => ({ line, hits: findHits(line, needles) }));
  const kinds = ({ line, hits }) => new Set(hits.map(([start, end]) => line.slice(start, end))).size;
  const { line, hits } = lines.reduce((most, next) => (kinds(next) > kinds(most) ? next : most)), [first, firstEnd] = hits[0] ?? [0, 0];
  const begin = Math.max(0, first - rules.snippet.LEAD), sentence = begin ? /[。！？\n]\s*/.exec(line.slice(begin, first)) : null;
  const start = sentence ? begin + sentence.index + sentence[0].length : begin;
  const end = Math.min(line.length, Math.max(start + rules.snippet.LENGTH, firstEnd));
  return markHits(line, hits, Math.max(0, Math.min(start, end - rules.snippet.LENGTH)), end);
}
