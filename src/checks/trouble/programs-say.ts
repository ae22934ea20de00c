import { check } from '../../findings/check.ts'
import type { Trouble } from '../../findings/trouble.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import { count, full, some } from '../../phrases.ts'
import { severities } from './weights.ts'

/** Of more complaints the loudest are told. */
const most = 12

/**
 * The net under what programs complain of themselves. They see what no probe does: their own connections, at their own
 * time, with their own names and ports. Nothing of a log is shown but a kind, a host and how often.
 */
export default check({
  code: 'TRB905',
  slug: 'trouble/programs-say',
  title: 'a program says that its connections fail',
  fine: 'no program whose log was read says that a connection of its own fails now',
  severity: 'warning',
  judges: 'leftovers',
  needs: ['programLogs'],
  remedies: [],
  decides: [],

  run({ programLogs, troubles }) {
    const own = troubles.filter((it) => it.source === 'programLogs')
    if (own.length === 0)
      return programLogs.length > 0 ? ok(programLogs.length) : notApplicable('no container here has written a log')
    const groups = [...Map.groupBy(own, (it) => `${full(it.sufferer)} ${it.how} ${it.asked} ${it.weight}`).values()]
    return groups.slice(0, most).flatMap(together)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${on.kind} ${full(on)} says that ${args.how}` +
      (args.asked === '' ? ', of whom it does not say.' : `: ${args.asked}.`),
    detail: ({ args }) => `${some(args.said, 3)} · ${some(args.from, 3)}`,
    note: ({ args }) =>
      args.isNow
        ? 'so says the program; nothing else that was read or measured shows why'
        : 'so said the program, and not since: whatever it was may be over',
    help: ({ args }) => [
      args.isBadPort
        ? 'see which variables Kubernetes sets for Services (NAME_PORT=tcp://…); enableServiceLinks: false in the ' +
          'pod template leaves them out'
        : 'read what it says around that, and try the way from its own pod',
      ...(args.isBadPort ? [`kubectl -n ${args.namespace} exec ${args.pod} -c ${args.container} -- env`] : []),
      `kubectl -n ${args.namespace} logs ${args.pod} -c ${args.container} --since=5m`,
      ...(args.called === null
        ? []
        : [`hopscope trace pod/${args.pod} svc/${args.called} -n ${args.namespace} --probe`]),
    ],
  },
})

function together(its: readonly Trouble[]) {
  const [first] = its
  if (first === undefined) return []
  const { sufferer, involved, asked, how, weight } = first
  const said = its.flatMap((it) => it.log?.times ?? [])
  const from = its.map((it) => it.from)
  return [
    finding({
      subject: sufferer,
      also: involved.filter((it) => it.kind === 'Service'),
      confidence: 'observed',
      severity: severities[weight],
      args: { how, asked, said, from, isNow: weight !== 'sign', ...placeOf(first) },
      evidence: [
        {
          kind: 'shares',
          label: `${how}${asked === '' ? '' : `: ${asked}`}, says ${count(its.length, 'container')}`,
          rows: its.map((it) => ({ where: it.from, bad: it.bad, of: it.of, note: it.log?.times ?? '' })),
        },
      ],
    }),
  ]
}

function placeOf({ sufferer, involved, log }: Trouble) {
  const service = involved.find((it) => it.kind === 'Service')
  return {
    namespace: log?.namespace ?? sufferer.namespace ?? 'default',
    pod: log?.pod ?? sufferer.name,
    container: log?.container ?? '',
    isBadPort: log?.kind === 'bad-port',
    called: service === undefined ? null : `${service.name}.${service.namespace}`,
  }
}
