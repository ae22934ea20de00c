/*
 * Colours have a contrast of 4.5 and more on their ground in both themes (WCAG 2.2, 1.4.3), and each stands beside a
 * sign and a word. Paper gets the light ones. Nothing scrolls but wide tables, which can be reached by keyboard.
 */
export const style = `
:root { color-scheme: light dark; --ground: #fff; --raised: #f4f5f7; --text: #1b1e22; --quiet: #50575f;
  --line: #c9ced4; --error: #a8201a; --warning: #7a4a00; --info: #1a4fb0; --ok: #14602d; --unsure: #7d1a86;
  --none: #50575f; --mark: #ffe2df; --link: #1a4fb0 }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --raised: #1e2328; --text: #e7eaed; --quiet: #aab2ba;
  --line: #454d55; --error: #ff9a90; --warning: #f3c04e; --info: #93bbff; --ok: #7bd495; --unsure: #e6a4f0;
  --none: #aab2ba; --mark: #5a211d; --link: #93bbff } }
@media print { :root { --ground: #fff; --raised: #f4f5f7; --text: #000; --quiet: #444; --line: #999; --error: #a8201a;
  --warning: #7a4a00; --info: #1a4fb0; --ok: #14602d; --unsure: #7d1a86; --none: #444; --mark: #ffe2df; --link: #000 } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 24px 16px 48px; max-width: 1120px; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 28px; line-height: 1.25; margin: 8px 0 16px }
h2 { font-size: 20px; margin: 40px 0 12px; padding-bottom: 4px; border-bottom: 1px solid var(--line) }
h3 { font-size: 17px; margin: 0 0 4px }
h4 { font-size: 14px; margin: 16px 0 4px; color: var(--quiet); font-weight: 600 }
p { margin: 4px 0 8px }
a { color: var(--link) }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
code, pre, .mono { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 13px }
pre { margin: 4px 0 8px; padding: 8px 12px; background: var(--raised); border-left: 3px solid var(--line);
  white-space: pre-wrap }
.quiet { color: var(--quiet) }
.error { color: var(--error) } .warning { color: var(--warning) } .info { color: var(--info) } .ok { color: var(--ok) }
.cannot-tell, .crashed { color: var(--unsure) } .not-asked, .not-applicable, .ignored { color: var(--none) }
.sign { font-weight: 700 }
.chips, .strip, .plain { list-style: none; margin: 8px 0; padding: 0 }
.chips { display: flex; flex-wrap: wrap; gap: 8px 20px }
.strip { display: flex; flex-wrap: wrap; gap: 12px 0 }
.strip li { flex: 1 1 132px; padding: 8px 20px 0 0; border-top: 4px solid var(--line); font-size: 14px }
.strip li.error { border-color: var(--error) } .strip li.warning { border-color: var(--warning) }
.strip li.ok { border-color: var(--ok) } .strip li.cannot-tell { border-color: var(--unsure) }
.strip li.info { border-color: var(--info) }
.strip li.config { border-top-style: dashed } .strip li.simulated { border-top-style: dotted }
.strip b { display: block; color: var(--text) }
.strip span.seen { display: block; color: var(--quiet) }
article { margin: 16px 0; padding: 12px 16px 8px; border: 1px solid var(--line); border-left-width: 6px;
  border-radius: 4px; content-visibility: auto; contain-intrinsic-size: auto 420px }
article.error { border-left-color: var(--error) } article.warning { border-left-color: var(--warning) }
article.info { border-left-color: var(--info) }
article > * { color: var(--text) } article > .quiet, article > h4 { color: var(--quiet) }
.wide { overflow-x: auto } .wide td > div { white-space: nowrap }
.wide th[scope=row] { min-width: 180px } .wide td { min-width: 72px }
table { border-collapse: collapse; margin: 4px 0 8px; font-size: 14px }
.wide, .hist { max-width: 100% }
th, td { padding: 3px 16px 3px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);
  overflow-wrap: normal }
td.number, th.number { text-align: right }
td.bar { padding: 0 8px 0 0; border: 0; width: 100% } .hist th, .hist td { border: 0; padding-top: 1px;
  padding-bottom: 1px; white-space: nowrap; font-weight: 400 } .hist { width: 100%; max-width: 720px }
.bar svg { display: block; width: 100%; height: 14px; fill: var(--quiet) } .bar svg.tooth { fill: var(--error) }
mark { background: var(--mark); color: inherit; text-decoration: underline wavy var(--error); padding: 0 2px }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 8px 0 } dt { color: var(--quiet) }
dd { margin: 0 }
details { margin: 8px 0 } summary { cursor: pointer }
@media print { body { max-width: none; padding: 0; font-size: 11pt } article { break-inside: avoid-page;
  content-visibility: visible } .wide { overflow: visible } h2, h3, h4 { break-after: avoid }
  details::details-content { content-visibility: visible; height: auto } a { text-decoration: none } }
@media (max-width: 560px) { h1 { font-size: 22px } .strip li { flex-basis: 45% } }
`
