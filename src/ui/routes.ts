import { asCalled } from '../report/called.ts'
import { inFormat } from '../report/formats/formats.ts'
import type { Answer } from '../report/formats/answer.ts'
import { visible } from '../report/visible.ts'
import { ToolError } from '../tool-error.ts'
import { redactText } from '../wire/secrets.ts'
import type { Allowed } from './allowed.ts'
import { followed } from './events.ts'
import { type Live, live, type Outcome, type Times } from './live.ts'
import { markup } from '../report/formats/markup.ts'
import { pageOf, refusal } from './pages/layout.ts'
import { besideNote, livePage } from './pages/live.ts'
import { runPage } from './pages/run.ts'
import { startPage } from './pages/start.ts'
import { reply, type Reply, seeOther } from './reply.ts'
import type { Runs } from './runs.ts'
import { commandOf, wantedOf } from './wanted.ts'
import { workOf } from './work.ts'

/** Somebody who was let in asks for this. */
export interface Wish {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly query: URLSearchParams
  /** The form of a POST. */
  readonly form: URLSearchParams
  /** The browser got these lines of a run before its connection broke. */
  readonly lastEvent: string | null
}

export interface Routes {
  readonly answer: (wish: Wish) => Promise<Reply>
  /** Ends the run that goes on, and waits until what it made is removed. */
  readonly close: () => Promise<void>
}

export interface Around {
  readonly allowed: Allowed
  readonly runs: Runs
  readonly script: string
  readonly times: Times
  readonly audit: (line: string) => void
}

/** Runs of this page that ended are known so long as there are no more than these. */
const mostLives = 5

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 12 8 4l6 8" fill="none" stroke="#1a4fb0" ' +
  'stroke-width="2"/></svg>\n'

const oneAtATime = 'one run at a time: wait for the one that goes on, or stop it'

const formats = { json: 'json', yaml: 'text', markdown: 'text' } as const
type Format = keyof typeof formats

export function routes({ allowed, runs, script, times, audit }: Around): Routes {
  const lives = new Map<string, Live>()
  const events = followed()
  let [count, isClosing] = [0, false]
  const running = (): Live | null => [...lives.values()].find((it) => it.outcome() === null) ?? null

  async function start(given: URLSearchParams, wrong: ToolError | null = null, status = 200): Promise<Reply> {
    const told = wrong === null ? null : { message: clean(wrong.message), hint: hintOf(wrong) }
    return reply(
      'html',
      startPage({ allowed, runs: await runs.list(), live: running(), wrong: told, given: masked(given) }),
      status,
    )
  }

  /** One at a time: two would measure each other. */
  async function begin(form: URLSearchParams): Promise<Reply> {
    const going = running()
    if (going !== null || isClosing) return start(form, new ToolError('usage', oneAtATime), 409)
    const wanted = wantedOf(form, allowed.probe)
    const id = `r${++count}`
    const command = asCalled(visible(redactText(commandOf(wanted))), allowed.call)
    audit(`run ${id}: ${command}`)
    const it = live(
      { id, command, form: masked(form).toString(), call: allowed.call, times, audit },
      workOf(wanted, allowed, times),
    )
    lives.set(id, it)
    void it.over.then(() => over(it))
    const [oldest] = lives.keys()
    if (lives.size > mostLives && oldest !== undefined) lives.delete(oldest)
    return seeOther(`/run/${id}`)
  }

  function over(it: Live): void {
    const outcome = it.outcome()
    if (outcome?.kind === 'answer' && outcome.kept !== null) runs.put(outcome.kept, outcome.answer)
    if (outcome !== null) audit(`run ${it.id}: ${endOf(outcome)}`)
    const unkept = outcome?.kind === 'answer' ? (outcome.unkept ?? null) : null
    if (unkept !== null) audit(`run ${it.id} is on this page alone: ${unkept} (XDG_STATE_HOME=FOLDER: another place)`)
  }

  async function shown(id: string, since: string | null): Promise<Reply> {
    const it = lives.get(id)
    const outcome = it?.outcome() ?? null
    if (it !== undefined && outcome?.kind !== 'answer') {
      it.seen()
      return reply('html', livePage(it))
    }
    const note = it === undefined || outcome === null ? null : besideNote(it.told(), outcome)
    // From now on by the name of its file, under which it can be opened again.
    if (outcome?.kind === 'answer' && outcome.kept !== null && note === null) return seeOther(`/run/${outcome.kept}`)
    const answer = outcome?.kind === 'answer' ? outcome.answer : await runs.answer(id, since)
    if (answer === null) return notThere()
    const others = await runs.list()
    return reply('html', runPage({ id, since, answer, call: allowed.call, runs: others, note }))
  }

  async function written(id: string, since: string | null, format: Format): Promise<Reply> {
    const outcome = lives.get(id)?.outcome()
    const answer: Answer | null = outcome?.kind === 'answer' ? outcome.answer : await runs.answer(id, since)
    if (answer === null) return notThere()
    return reply(formats[format], inFormat(format, answer, { call: allowed.call, failOn: 'warning' }))
  }

  function done(it: Live, what: string, form: URLSearchParams): Reply {
    if (what === 'stop') it.stop('it was stopped here')
    else it.agree(form.get('yes') === 'yes')
    return seeOther(`/run/${it.id}`)
  }

  async function routed(wish: Wish): Promise<Reply> {
    const { method, path, query } = wish
    const [, id, part] = /^\/run\/([\w.-]{1,200})(?:\/([a-z]{1,20}))?$/.exec(path) ?? []
    const since = query.get('since')
    if (method === 'POST') {
      if (path === '/run') return begin(wish.form)
      const it = lives.get(id ?? '')
      return it !== undefined && (part === 'stop' || part === 'agree') ? done(it, part, wish.form) : notThere()
    }
    if (path === '/') return start(query)
    if (path === '/ui.js') return reply('script', script)
    if (path === '/icon.svg' || path === '/favicon.ico') return reply('svg', icon)
    if (id === undefined) return notThere()
    if (part === undefined) return shown(id, since)
    if (isFormat(part)) return written(id, since, part)
    const it = lives.get(id)
    if (part !== 'events' || it === undefined) return notThere()
    return events(it, wish.lastEvent ?? query.get('after') ?? '')
  }

  return {
    async answer(wish) {
      try {
        return await routed(wish)
      } catch (error) {
        if (!(error instanceof ToolError)) throw error
        return wish.path === '/run' ? start(wish.form, error, 400) : reply('html', failedPage(error, wish), 422)
      }
    },
    async close() {
      isClosing = true
      for (const it of lives.values()) it.stop('the page was ended where it was started')
      await Promise.all([...lives.values()].map((it) => it.over))
    },
  }

  function hintOf({ hint }: ToolError): string | null {
    return hint === null ? null : asCalled(clean(hint), allowed.call)
  }

  function failedPage(error: ToolError, { path, query }: Wish): string {
    const why = refusal(clean(error.message), hintOf(error))
    const back = query.has('since') ? markup`<p><a href="${path}">The run alone</a></p>` : null
    return pageOf({ title: 'no answer', body: markup`<main><h1>There is no answer</h1>${why}${back}</main>\n` })
  }
}

function endOf(outcome: Outcome): string {
  if (outcome.kind === 'answer') return 'it has its answer'
  return outcome.kind === 'refused' ? outcome.message : `stopped: ${outcome.why}`
}

function isFormat(part: string): part is Format {
  return Object.hasOwn(formats, part)
}

/** What was typed, without the credentials of a URL: a query stays in the history of a browser. */
function masked(form: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...form].map(([name, value]): [string, string] => [name, redactText(value)]))
}

function clean(text: string): string {
  return visible(redactText(text))
}

function notThere(): Reply {
  const body = markup`<main><h1>Not here</h1><p>There is no such page, or the run is no longer kept.</p></main>
`
  return reply('html', pageOf({ title: 'not here', body }), 404)
}
