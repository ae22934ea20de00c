import type { ServerResponse } from 'node:http'

/** What is answered, as a value; `stream` writes on for as long as it likes. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly stream?: (response: ServerResponse) => void
}

const types = {
  html: 'text/html; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  json: 'application/json; charset=utf-8',
  script: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  events: 'text/event-stream',
} as const

export function reply(type: keyof typeof types, body: string, status = 200): Reply {
  return { status, headers: { 'content-type': types[type] }, body }
}

/** After a form: the page is got, so that a reload does not send the form again. */
export function seeOther(location: string): Reply {
  return { status: 303, headers: { location, 'content-type': types.text }, body: '' }
}
