import { type Home, sourceOf } from '../../report/formats/html.ts'
import { style } from '../../report/formats/html/style.ts'
import { verdict } from '../../report/formats/html/parts.ts'
import { type Markup, markup } from '../../report/formats/markup.ts'
import { ownStyle } from './style.ts'

/**
 * Nothing is loaded from anywhere but here. One script, a file of ours; styles by their hash; no text becomes markup
 * in the browser, whatever a script would like.
 */
const policy =
  `default-src 'none'; script-src 'self'; style-src ${sourceOf(style)} ${sourceOf(ownStyle.toString())}; ` +
  "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'"

/** On every answer. Forms need their Origin, which `no-referrer` would take from them. */
export const guards: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

const head = markup`<link rel="icon" href="/icon.svg"/>
<script src="/ui.js" defer="defer"></script>
<style>${ownStyle}</style>
`

const keys = markup`<dialog id="keys" aria-labelledby="keys-title"><h2 id="keys-title">Keys</h2>
<dl><dt><kbd>/</kbd></dt><dd>the first field</dd>
<dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>the next and the one before: findings, or kept runs</dd>
<dt><kbd>Enter</kbd></dt><dd>opens the run</dd>
<dt><kbd>?</kbd></dt><dd>this</dd>
<dt><kbd>Esc</kbd></dt><dd>closes it</dd></dl>
<form method="dialog"><button>Close</button></form></dialog>
`

/** What stands above every page. */
function bar(more: Markup | null): Markup {
  return markup`<nav class="bar" aria-label="hopscope"><a href="/">Ask, and kept runs</a>${more}
<span class="quiet"><kbd>?</kbd> keys</span></nav>
${keys}`
}

/** For the report, which is a page of its own else. */
export function homeOf(more: Markup): Home {
  return { head, top: bar(more) }
}

export interface Page {
  readonly title: string
  readonly body: Markup
  /** For a browser without scripts: how soon it gets the page again. */
  readonly again?: { readonly seconds: number; readonly url: string; readonly always?: boolean }
  /** Nobody who is not in needs a way about. */
  readonly bare?: boolean
}

export function pageOf({ title, body, again, bare = false }: Page): string {
  const refresh =
    again === undefined ? null : markup`<meta http-equiv="refresh" content="${again.seconds}; url=${again.url}"/>`
  const wrapped = refresh === null || again?.always === true ? refresh : markup`<noscript>${refresh}</noscript>`
  const before = markup`<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
${wrapped}<title>hopscope: ${title}</title>
${bare ? markup`<style>${ownStyle}</style>` : head}<style>`
  const rest = markup`</style>
</head>
<body>
${bare ? null : bar(null)}${body}</body>
`
  return `<!DOCTYPE html>\n<html lang="en">\n${before.toString()}${style}${rest.toString()}</html>\n`
}

/** Why not, as on the terminal: one line, and what to do. */
export function refusal(message: string, hint: string | null): Markup {
  return markup`<div class="note error"><p>${verdict('error')}
${message}</p>${hint === null ? null : markup`<p><span class="quiet">help:</span> <code>${hint}</code></p>`}</div>
`
}
