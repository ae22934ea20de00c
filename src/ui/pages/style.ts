import { markup } from '../../report/formats/markup.ts'

/** What the page has beside the report: its bar, its forms. Colours and type are the report's. */
export const ownStyle = markup`
.bar { display: flex; flex-wrap: wrap; gap: 8px 20px; align-items: center; padding-bottom: 12px; margin-bottom: 16px;
  border-bottom: 1px solid var(--line); font-size: 14px }
.bar form { display: flex; flex-wrap: wrap; gap: 8px; align-items: center }
.bar select { max-width: min(420px, 100%) }
.asks { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr)); gap: 16px;
  margin-bottom: 24px }
.ask { display: flex; flex-direction: column; gap: 8px; padding: 12px 16px 16px; border: 1px solid var(--line);
  border-radius: 4px }
.ask h2 { margin: 0; padding: 0; border: 0; font-size: 17px }
.ask p { margin: 0 }
.ask button { align-self: flex-start; margin-top: auto }
label { display: block; font-size: 14px; color: var(--quiet) }
label.tick { display: flex; gap: 8px; align-items: center; color: var(--text) }
input[type=text], select { width: 100%; padding: 6px 8px; font: inherit; font-size: 15px; color: var(--text);
  background: var(--ground); border: 1px solid var(--quiet); border-radius: 4px }
.bar select { width: auto }
button, .button { padding: 6px 14px; font: inherit; font-size: 15px; color: var(--text); background: var(--raised);
  border: 1px solid var(--quiet); border-radius: 4px; cursor: pointer }
button.first { color: var(--ground); background: var(--link); border-color: var(--link) }
.bar button { padding: 2px 10px; font-size: 14px }
.actions { display: flex; flex-wrap: wrap; gap: 12px; margin: 12px 0 }
.note { padding: 8px 12px; margin: 12px 0; border-left: 6px solid var(--line); background: var(--raised) }
.note.error { border-left-color: var(--error); color: var(--text) }
.note.warning { border-left-color: var(--warning); color: var(--text) }
.runs { max-height: 280px; overflow-y: auto; margin: 0; padding: 4px 4px 4px 24px;
  font-size: 14px }
[hidden] { display: none }
dialog { max-width: 480px; color: var(--text); background: var(--ground); border: 1px solid var(--quiet);
  border-radius: 4px }
kbd { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 13px; padding: 0 6px;
  border: 1px solid var(--line); border-radius: 4px; background: var(--raised) }
article:focus { outline: 3px solid var(--link); outline-offset: 2px }
@media print { .bar, .actions { display: none } }
`
