/* What a query finds, best first, as keikaku/search/ ranks and cuts it (results, snippet). */

const { SQL: sql, ...bounds } = rules.results;

const search = cached((asked) => find(...JSON.parse(asked)));

/* `filters`: municipality, plan, theme, kind. */
function find(query, filters) {
  const { levels, notes, ways, reading } = plan(query, filters), kinds = execute(sql.kinds, [levels.at(-1) ?? rules.text.NOTHING]);
  const asked = kinds.filter(([kind]) => [kind, ""].includes(filters.kind ?? ""));
  const first = Math.min(...asked.map(([, first]) => first)), last = Math.max(...asked.map(([, , last]) => last));
  const ids = asked.length ? best(levels, [first, last], ways.length).slice(0, bounds.MOST) : [], needles = needlesOf(ways);
  const rows = new Map(execute(sql.documents, [JSON.stringify(ids)]).map(([id, ...row]) => [id, describe(row, needles)]));
  const results = ids.map((id) => rows.get(id)), counts = kinds.map(([kind, , , count]) => [kind, count]).filter(([, count]) => count);
  return { results, counts, notes, ...(reading ? leadOn(reading, filters, results) : { links: [], columns: [] }) };
}

/* Where the answer may stand besides. */
function leadOn(reading, filters, results) {
  const isWithin = reading.places.size || filters.plan, cities = isWithin ? [...reading.cities] : [], plans = isWithin ? unique(results.map((result) => result.plan)) : [];
  const questions = [...reading.questions.values()], codes = reading.terms.map(missingCode).filter(Boolean);
  const takenBy = ({ takes }) => takes.map((name) => [name, name.startsWith("municipality") ? cities : plans]).find(([, ids]) => ids.length === 1);
  const address = (question, [name, [id]] = takenBy(question) ?? ["", []]) => (name ? `${question.path}${question.path.includes("?") ? "&" : "?"}${name}=${id}` : question.path);
  const pages = execute(sql.named, [JSON.stringify([...reading.cities].sort()), JSON.stringify(codes)]);
  const links = new Map([...questions.map((question) => [question.title, address(question)]), ...pages]);
  return { links: [...links], columns: questions.map((question) => question.column).filter(Boolean) };
}

function best(levels, span, isRanked) {
  const hits = new Map();
  for (const [level, match] of levels.entries()) {
    const found = execute(sql.first, [match, ...span, bounds.CANDIDATES]), isFew = found.length < bounds.CANDIDATES && found.some((row) => !hits.has(row.at(-1)));
    for (const row of isFew ? execute(sql.hits, [match, ...span]) : found) if (!hits.has(row.at(-1))) hits.set(row.at(-1), [level, ...row.map((value, i) => (i === 2 && !isRanked ? 0 : value))]);
    if (hits.size >= bounds.MOST) break;
  }
  return [...hits.values()].sort((a, b) => a.map((value, i) => value - b[i]).find(Boolean) ?? 0).map((hit) => hit.at(-1));
}

function describe([kind, id, title, table, sector, code, plan, body, names, called], needles) {
  const inBody = cutOut(body, needles), inNames = names && !inBody.includes("«") ? cutOut(names, needles) : "";
  return { kind, id, title, snippet: inNames && (!body || inNames.includes("«")) ? called + inNames : inBody, table, sector, code, plan };
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
  const shown = hits.filter(([from, to]) => start <= from && to <= end), done = [start, ...shown.map(([, to]) => to)];
  const marked = shown.map(([from, to], i) => `${line.slice(done[i], from)}«${line.slice(from, to)}»`).join("");
  return `${start ? "…" : ""}${marked}${line.slice(done.at(-1), end)}${end < line.length ? "…" : ""}`;
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
