/*
 * What a page does beside forms and links: keys, the lines of a run as they come, a button that copies. Text is put in
 * as text; the page's policy lets nothing else in.
 */

const all = (selector: string): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selector)]
const one = (selector: string): HTMLElement | null => document.querySelector<HTMLElement>(selector)

/** `j` and `k`: the findings of a report, else the kept runs. */
function step(by: 1 | -1): void {
  const its = all('main article[id], [data-step]')
  const at = its.indexOf(document.activeElement as HTMLElement)
  const next = its[at === -1 && by === -1 ? its.length - 1 : at + by]
  if (next === undefined) return
  if (next.tagName === 'ARTICLE') {
    next.tabIndex = -1
    history.replaceState(null, '', `#${next.id}`)
  }
  next.focus()
  next.scrollIntoView({ block: 'nearest' })
}

function onKey(event: KeyboardEvent): void {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return
  const keys: Readonly<Record<string, () => void>> = {
    j: () => step(1),
    k: () => step(-1),
    '/': () => one('input[type=text], select')?.focus(),
    '?': () => document.querySelector<HTMLDialogElement>('#keys')?.showModal(),
  }
  const does = keys[event.key]
  if (does === undefined) return
  event.preventDefault()
  does()
}

interface Told {
  readonly kind: 'step' | 'announce' | 'ask' | 'agreed' | 'left' | 'end'
  readonly line: string
}

/** Stopped, perhaps with the program: nobody may be there who could be asked for another page. */
function over(why: string): void {
  for (const it of all('main form')) it.hidden = true
  const [title, into] = [one('h1'), one('#step')]
  if (title !== null) title.textContent = 'There is no answer'
  if (into !== null) into.textContent = why
}

/** One of the run's lines. At its end the page is got again, and is the report then. */
function hear({ kind, line }: Told, source: EventSource): void {
  if (kind === 'end') source.close()
  if (kind === 'end') return line === '' ? location.reload() : over(line)
  const consent = one('#consent')
  if (consent !== null && (kind === 'ask' || kind === 'agreed')) consent.hidden = kind === 'agreed'
  // What it will do is read first; the button that does it is never under a finger that was typing.
  if (kind === 'ask') return one('#told-title')?.focus()
  const into = one('#step')
  if (kind === 'step' && into !== null) into.textContent = line
  if (kind === 'step') return
  const item = document.createElement('li')
  item.textContent = line
  one('#lines')?.append(item)
  const section = one('#announced')
  if (section !== null) section.hidden = false
}

function follow(main: HTMLElement): void {
  const { events = '', after = '0' } = main.dataset
  const source = new EventSource(`${events}?after=${after}`)
  source.addEventListener('message', (it) => hear(JSON.parse(String(it.data)) as Told, source))
  // Ended where it was started, or out of reach: the browser goes on trying.
  source.addEventListener('error', () => {
    const into = one('#step')
    if (into !== null) into.textContent = 'hopscope does not answer just now'
  })
}

async function copy(button: HTMLElement): Promise<void> {
  const before = button.textContent
  try {
    const got = await fetch(button.dataset['copy'] ?? '')
    if (!got.ok) throw new Error(got.statusText)
    await navigator.clipboard.writeText(await got.text())
    button.textContent = 'Copied'
  } catch {
    button.textContent = 'Not copied'
  }
  setTimeout(() => (button.textContent = before), 2000)
}

document.addEventListener('keydown', onKey)
for (const button of all('[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', () => void copy(button))
}
const main = one('[data-events]')
if (main !== null) follow(main)
