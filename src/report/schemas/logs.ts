import * as v from 'valibot'
import { maybeNumber, maybeText, number, text } from './parts.ts'

const spread = v.nullable(
  v.pipe(
    v.strictObject({ count: number, p50: number, p95: number, p99: number }),
    v.description('milliseconds, off by 5 % at most; null where the format does not say'),
  ),
)
const who = v.pipe(
  v.record(text, number),
  v.description(
    'whom the errors come from: application, controller, none-available, refused, timed-out, broke-off, no-answer, ' +
      'client-left, unknown',
  ),
)

export const logsSummary = v.strictObject({
  schema: v.literal('hopscope/logs-summary/v1'),
  lines: v.strictObject({
    requests: number,
    errors: v.pipe(number, v.description("lines of nginx's error log that are of a request")),
    joined: v.pipe(number, v.description('of those, how many whose request was found')),
    other: v.pipe(number, v.description('what the controller says of itself, and what no format knows')),
    others: v.pipe(
      v.record(text, number),
      v.description('of those, by what they look like: controller, error-log, object, empty, too-long, text'),
    ),
  }),
  from: v.pipe(maybeText, v.description('of the first request; ISO 8601')),
  to: maybeText,
  serverErrors: number,
  who,
  cut: v.pipe(
    v.array(v.strictObject({ sign: text, by: text, requests: number, total: spread })),
    v.description(
      'answers whose status says well, and that did not come to their end, by what says so: a response flag of ' +
        'Envoy, ' +
        'the termination state of HAProxy, the error log of nginx',
    ),
  ),
  clientsLeft: v.pipe(number, v.description('answers whose client went away before their end')),
  retried: v.nullable(v.strictObject({ requests: number, rescued: number })),
  withoutServer: v.pipe(number, v.description('requests whose format does not say which server was asked')),
  withoutOwner: v.pipe(number, v.description('requests whose format tells neither host nor route')),
  refused: v.pipe(
    v.record(text, number),
    v.description('requests that the controller refused without asking a server, by status'),
  ),
  refusedEarly: v.pipe(
    v.record(text, number),
    v.description('further requests that nginx refused before it chose a backend, by status'),
  ),
  unplaced: v.pipe(
    v.nullable(
      v.strictObject({
        requests: number,
        serverErrors: number,
        statuses: v.record(text, number),
        paths: v.array(
          v.strictObject({
            path: text,
            requests: number,
            alone: v.pipe(v.boolean(), v.description('all requests to it that could be told were of this Ingress')),
          }),
        ),
      }),
    ),
    v.description('requests that went wrong, and that could not be given to an Ingress; null: none'),
  ),
  groups: v.array(
    v.strictObject({
      host: maybeText,
      path: v.pipe(maybeText, v.description('without its query, `:n` and `:id` for numbers and keys')),
      backend: maybeText,
      route: v.pipe(maybeText, v.description('the Ingress, router or route, where the format names it')),
      status: maybeNumber,
      requests: number,
      who,
      cut: v.pipe(v.record(text, number), v.description('answers that did not come to their end, by the sign')),
      retried: maybeNumber,
      total: spread,
      queue: spread,
      connect: spread,
      header: spread,
      body: spread,
      upstream: spread,
    }),
  ),
  servers: v.array(v.strictObject({ address: text, tries: number, failed: number, who, time: spread })),
  troubles: v.pipe(v.record(text, number), v.description('what the error log says, and how often')),
  said: v.pipe(
    v.array(v.strictObject({ words: text, times: number })),
    v.description("of what has no name among them, the error log's own words"),
  ),
})

const place = { namespace: text, podName: text, containerName: text, nodeName: maybeText }

export const logsLine = v.strictObject({
  schema: v.literal('hopscope/logs/v1'),
  t: v.literal('line'),
  timestamp: v.pipe(maybeText, v.description('RFC 3339 with nanoseconds, by the clock of its node')),
  ...place,
  message: text,
})

export const logsMark = v.strictObject({
  schema: v.literal('hopscope/logs/v1'),
  t: v.picklist(['joined', 'left', 'restarted', 'gap', 'unread', 'waiting']),
  ...place,
  why: v.pipe(maybeText, v.description('why it left, lines may be missing, or it is not read')),
  run: v.pipe(maybeNumber, v.description('of a restart: how many there were')),
  exitCode: v.pipe(maybeNumber, v.description('of the run before')),
  from: v.pipe(maybeText, v.description('of a gap: the last line before it')),
  to: v.pipe(maybeText, v.description('of a gap: the first line after it')),
  detail: v.pipe(maybeText, v.description('of a gap: what broke it off, where that is known')),
})

export const logs = v.variant('t', [logsLine, logsMark])
