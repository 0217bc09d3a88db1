import { chromium } from "playwright-core";
import { execFileSync } from "node:child_process";
const [,, out, size, ...paths] = process.argv;
const [w, h] = size.split("x").map(Number);
const url = execFileSync("/tmp/jalka/n-web/release/jalka", ["--socket", "/tmp/jalka/try/a/socket", "open", "--address"]).toString().trim();
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const c = await b.newContext({ locale: "fi-FI", timezoneId: "Europe/Helsinki", viewport: { width: w, height: h }, colorScheme: process.env.DARK ? "dark" : "light" });
const p = await c.newPage();
p.on("console", m => console.log("console", m.type(), m.text()));
p.on("pageerror", e => console.log("pageerror", e.message));
p.on("requestfailed", r => console.log("failed", r.url(), r.failure()?.errorText));
await p.goto(url); await p.waitForTimeout(800);
let i = 0;
for (const path of paths.length ? paths : ["#/"]) {
  if (path.startsWith("js:")) { await p.evaluate(path.slice(3)); } else if (path.startsWith("click:")) { await p.getByText(path.slice(6), {exact:false}).first().click(); } else await p.evaluate(x => { location.hash = x; }, path);
  await p.waitForTimeout(500);
  await p.screenshot({ path: `${out}-${i++}.png`, fullPage: process.env.FULL === "1" });
  console.log(path, await p.evaluate(() => [document.title, document.documentElement.scrollWidth, innerWidth]));
}
await b.close();
