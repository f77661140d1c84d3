// Checks the chosen folder: every file against MANIFEST, and MANIFEST against its signature. Nothing is sent anywhere.
(() => {
  "use strict";

  const MOST_NAMED = 50; // files of one kind
  const form = document.getElementById("check"), result = document.getElementById("checked");

  function element(tag, text, ...children) {
    const made = document.createElement(tag);
    made.append(...(text ? [text] : []), ...children);
    return made;
  }

  function list(heading, names) {
    if (!names.length) return [];
    const items = names.slice(0, MOST_NAMED).map((name) => element("li", "", element("code", name)));
    const rest = names.length > MOST_NAMED ? [element("li", `ほか${names.length - MOST_NAMED}件`)] : [];
    return [element("h3", `${heading}（${names.length}件）`), element("ul", "", ...items, ...rest)];
  }

  async function digest(file) {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function checkSignature(files) {
    const parts = ["MANIFEST.sig", "public-key.pem"].map((name) => files.get(name));
    if (!parts.every(Boolean)) return [element("p", "このフォルダーに署名はありません。ファイルが一覧のとおりかだけを確かめました。")];
    const key = (await parts[1].text()).replace(/-----[^-]+-----|\s/g, "");
    const published = document.getElementById("published")?.textContent.trim();
    const said = element("p", "署名した鍵：", element("code", key));
    let holds = false;
    try {
      const der = Uint8Array.from(atob(key), (sign) => sign.charCodeAt(0));
      const known = await crypto.subtle.importKey("spki", der, { name: "Ed25519" }, false, ["verify"]);
      holds = await crypto.subtle.verify("Ed25519", known, await parts[0].arrayBuffer(), await files.get("MANIFEST").arrayBuffer());
    } catch (error) {
      if (error.name === "NotSupportedError") return [element("p", "このブラウザーは Ed25519 の署名を確かめられません。README.txt の openssl の行を使ってください。"), said];
    }
    if (!holds) return [element("p", "", element("strong", "署名が合いません。一覧が公開されたときのものではありません。")), said];
    if (published && published !== key) return [element("p", "", element("strong", "署名は合いますが、下の公開鍵とは別の鍵によるものです。")), said];
    return [element("p", "署名は合っています。"), said];
  }

  async function check() {
    const chosen = [...document.getElementById("folder").files];
    const files = new Map(chosen.map((file) => [file.webkitRelativePath.split("/").slice(1).join("/"), file]));
    if (!files.has("MANIFEST")) {
      result.replaceChildren(element("p", "MANIFEST がありません。このページ（verify.html）があるフォルダーを選んでください。"));
      return;
    }
    const lines = (await files.get("MANIFEST").text()).split("\n").filter(Boolean);
    const told = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
    const missing = [], changed = [], proof = ["MANIFEST", "MANIFEST.sig", "public-key.pem"];
    let done = 0;
    for (const [path, expected] of told) {
      if (!files.has(path)) missing.push(path);
      else if (await digest(files.get(path)) !== expected) changed.push(path);
      if (++done % 200 === 0) result.replaceChildren(element("p", `${told.size}個のうち${done}個を確かめました。`));
    }
    const extra = [...files.keys()].filter((path) => !told.has(path) && !proof.includes(path));
    const whole = !missing.length && !changed.length;
    const verdict = element("strong", whole ? `${told.size}個のファイルは、すべて一覧のとおりです。` : "一覧と違うファイルがあります。");
    result.replaceChildren(element("h2", "結果"), element("p", "", verdict), ...await checkSignature(files),
      ...list("変わったファイル", changed), ...list("なくなったファイル", missing), ...list("一覧にないファイル", extra));
  }

  if (!self.crypto?.subtle) {
    result.replaceChildren(element("p", "この画面は、フォルダーをディスクから開くか、https のアドレスで開くと使えます。"));
    return;
  }
  form.hidden = false;
  result.replaceChildren();
  form.addEventListener("change", () => {
    result.replaceChildren(element("p", "確かめています…"));
    check().catch((error) => result.replaceChildren(element("p", `読めないファイルがあります：${error.message}`)));
  });
})();
