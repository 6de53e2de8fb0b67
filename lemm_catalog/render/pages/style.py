"""The style of the status page: one sheet, no fonts or images from elsewhere."""

STYLE = """
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#171a21;--soft:#5a6272;
--line:#e2e5eb;--track:#e6e9ef;--accent:#4353d9;--good:#17794a;--good-bg:#e2f4ea;
--warn:#8a5300;--warn-bg:#fdf0d8;--bad:#b3261e;--bad-bg:#fbe6e4;--idle-bg:#eceef2;
--busy-bg:#e8eafc}
@media (prefers-color-scheme:dark){:root{--bg:#0f1218;--card:#181c24;--ink:#e9ecf2;
--soft:#9aa4b5;--line:#2a303b;--track:#2a303b;--accent:#8f9bff;--good:#6fd6a0;
--good-bg:#12301f;--warn:#f2bd64;--warn-bg:#33260d;--bad:#ff9a91;--bad-bg:#3a1614;
--idle-bg:#262c37;--busy-bg:#232a52}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);line-height:1.5;
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;
font-variant-numeric:tabular-nums}
main{max-width:56rem;margin:0 auto;padding:2rem 1rem 1rem}
h1{font-size:1.5rem;line-height:1.25;letter-spacing:-.015em;margin:0}
h2{font-size:.8rem;font-weight:600;letter-spacing:.06em;text-transform:uppercase;
color:var(--soft);margin:2rem 0 .6rem}
h3{font-size:1.03rem;line-height:1.35;margin:0}
p{margin:0}
a{color:var(--accent);text-underline-offset:.15em}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;
overflow-wrap:anywhere}
.top{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem .8rem}
.chip{display:inline-block;border-radius:999px;padding:.1rem .65rem;font-size:.8rem;
font-weight:600;white-space:nowrap;background:var(--idle-bg);color:var(--soft)}
.good{background:var(--good-bg);color:var(--good)}
.warn{background:var(--warn-bg);color:var(--warn)}
.bad{background:var(--bad-bg);color:var(--bad)}
.busy{background:var(--busy-bg);color:var(--accent)}
.verdict{background:none;box-shadow:inset 0 0 0 1px var(--line);font-weight:500}
.verdict b{font-weight:650}
.verdict.good b{color:var(--good)}
.verdict.warn b{color:var(--warn)}
.verdict.bad b{color:var(--bad)}
.verdict.good,.verdict.warn,.verdict.bad{color:var(--soft)}
.lead{display:flex;align-items:baseline;justify-content:space-between;gap:1rem}
.share{font-size:1.5rem;font-weight:650;line-height:1;letter-spacing:-.02em;
white-space:nowrap}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;
padding:1rem 1.1rem}
.whole{margin-top:1.2rem}
.say{font-weight:600;overflow-wrap:anywhere}
.soft{color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
.figures{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.1rem 1rem;
color:var(--soft);font-size:.9rem}
.whole-word{display:inline-block;max-width:100%}
.figures b{color:var(--ink);font-weight:600}
.row+.figures{margin-top:.3rem}
ul{list-style:none;margin:0;padding:0}
.sets{display:grid;gap:.7rem}
.row{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;
gap:.35rem .8rem}
.chips{display:flex;flex-wrap:wrap;gap:.35rem}
.id{color:var(--soft);font-weight:400;font-size:.88rem;margin-left:.15rem}
progress{appearance:none;-webkit-appearance:none;display:block;width:100%;height:8px;
border:0;border-radius:99px;overflow:hidden;background:var(--track);
margin:.6rem 0 .45rem}
progress::-webkit-progress-bar{background:var(--track);border-radius:99px}
progress::-webkit-progress-value{background:var(--accent);border-radius:99px;
transition:width .5s ease-out}
progress::-moz-progress-bar{background:var(--accent);border-radius:99px}
.whole progress{height:12px}
.is-present progress::-webkit-progress-value,.is-ready progress::-webkit-progress-value{
background:var(--good)}
.is-present progress::-moz-progress-bar,.is-ready progress::-moz-progress-bar{
background:var(--good)}
.is-failed progress::-webkit-progress-value{background:var(--bad)}
.is-failed progress::-moz-progress-bar{background:var(--bad)}
.note{border-left:3px solid var(--line);padding:.05rem 0 .05rem .75rem;
margin-top:.55rem;font-size:.92rem;overflow-wrap:anywhere}
.note.of-bad{border-color:var(--bad)}
.note.of-warn{border-color:var(--warn)}
.mend{color:var(--soft)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.2rem;margin:0;
font-size:.94rem}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.remarks li{padding:.3rem 0;border-top:1px solid var(--line);font-size:.92rem;
overflow-wrap:anywhere}
.remarks li:first-child{border-top:0}
.lost{display:none;position:fixed;left:1rem;right:1rem;bottom:1rem;max-width:54rem;
margin:0 auto;padding:.6rem .9rem;border-radius:8px;background:var(--warn-bg);
color:var(--warn);font-weight:600;border:1px solid}
.lost.on{display:block}
footer{max-width:56rem;margin:0 auto;padding:1rem 1rem 2.5rem;color:var(--soft);
font-size:.85rem;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem}
@media (max-width:30rem){main{padding-top:1.2rem}.card{padding:.85rem .9rem}
dl{grid-template-columns:1fr;gap:.05rem}dd{margin-bottom:.5rem}}
@media (prefers-reduced-motion:reduce){
progress::-webkit-progress-value{transition:none}}
@media (forced-colors:active){progress{border:1px solid}}
@media print{:root{--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;
--track:#ddd;--accent:#4353d9;--good:#17794a;--good-bg:#fff;--warn:#8a5300;
--warn-bg:#fff;--bad:#b3261e;--bad-bg:#fff;--idle-bg:#fff;--busy-bg:#fff}body{background:#fff;color:#000}main,footer{max-width:none}
.card{break-inside:avoid}progress{print-color-adjust:exact;
-webkit-print-color-adjust:exact}.lost.on{display:none}}
"""
