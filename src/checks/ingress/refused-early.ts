import { check } from '../../findings/check.ts'
import { finding } from '../../findings/verdict.ts'
import type { Ingress } from '../../model/ingress.ts'
import { subject } from '../../model/subject.ts'
import { count, full, percent, some } from '../../phrases.ts'
import { isNotable } from '../../wire/access-log/refused-early.ts'
import { type Late, lateDetail, lateVerdicts, sumOf } from './late-words.ts'
import { ingressSubject } from './words.ts'

/** Below this share it is some clients of many; scanners and a broken client are left out before. */
const warningShare = 0.05

/**
 * A request that nginx can't take is answered before anybody knows whose it is: no Ingress, no host and no pod is told
 * of it, and the error log says nothing at its usual level. Its path stands in the access log.
 */
export default check({
  code: 'ING408',
  slug: 'ingress/refused-early',
  title: 'nginx refuses requests of users before it chooses a backend',
  fine: "the ends of the controllers' logs, where they were read, tell of no such share of requests",
  severity: 'warning',
  needs: ['ingressConfigs', 'ingresses'],
  remedies: [],
  decides: ['ING-21'],

  run({ ingressConfigs, ingresses, scope }) {
    return lateVerdicts({ ingressConfigs, ingresses, scope }, ['refused-early'], judge)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `nginx itself answered ${args.status} to ${args.times} of ${count(args.of, 'request')} for a path of Ingress ` +
      `${full(on)}${args.isShared ? ' and others' : ''} in the last 15 minutes ` +
      `(${percent(args.times, args.of)}), before it chose a backend.`,
    detail: ({ args }) => lateDetail(args),
    note: ({ args }) =>
      `no pod was asked. ${usual[args.status] ?? usual[400]}. The line names no host: ` +
      (args.isShared
        ? `several Ingresses answer to such a path${args.with.length === 0 ? '' : ` (also ${some(args.with, 4)})`}, ` +
          'and whose request it was, nobody tells'
        : 'that it is this Ingress, the path alone tells, to which no other answered'),
    help: ({ args }) => [
      cures[args.status] ?? 'see what those clients send: ask for the same with their cookies and headers',
      `kubectl -n ${args.home} logs ${args.controller} --since=15m | grep -F '" ${args.status} ' | grep -F '[] []'`,
      `kubectl -n ${args.home} get configmap -o yaml | grep -E 'large-client-header-buffers|error-log-level'`,
    ],
  },
})

const usual: Readonly<Record<number, string>> = {
  400:
    'As a rule a header or a cookie is too large (large-client-header-buffers, 4 of 8k by default), or the request ' +
    'has no Host; which it was, nginx says at error-log-level: info alone',
  408: 'The client did not send its request in time (client-header-timeout, client-body-timeout)',
  413: 'The body is larger than nginx takes',
  414: 'The URL is longer than a buffer (large-client-header-buffers, 4 of 8k by default)',
  431: 'A header or a cookie is too large (large-client-header-buffers, 4 of 8k by default)',
  494: 'A header or a cookie is too large (large-client-header-buffers, 4 of 8k by default)',
}

const larger = "have smaller cookies, or raise large-client-header-buffers in the controller's ConfigMap (4 16k)"
const cures: Readonly<Record<number, string>> = { 400: larger, 414: larger, 431: larger, 494: larger }

function judge(ingress: Ingress, its: readonly Late[]) {
  const isShared = (it: Late): boolean => it.early?.sharedBy !== undefined
  const groups = Map.groupBy(its, (it) => `${it.early?.status ?? 400} ${isShared(it)}`)
  return [...groups.values()].flatMap((these) => {
    const [first] = these
    if (first === undefined) return []
    const status = first.early?.status ?? 400
    const beside = these.flatMap((it) => it.early?.sharedBy ?? [])
    const sum = sumOf(these)
    const of = sum.times + these.reduce((all, it) => all + (it.early?.others ?? 0), 0)
    if (!isNotable(sum.times, of)) return []
    return [
      finding({
        subject: ingressSubject(ingress),
        also: beside.map((it) => subject('Ingress', it.namespace, it.name)),
        confidence: 'possible',
        severity: sum.times >= of * warningShare ? 'warning' : 'info',
        args: { ...sum, status, of, isShared: isShared(first), with: [...new Set(beside.map(full))] },
        evidence: [
          {
            kind: 'fact',
            label: 'access log, requests for such a path',
            value: `${sum.times} of ${of} without a backend and without a server, answered ${status}`,
          },
        ],
      }),
    ]
  })
}
