import { check } from '../../findings/check.ts'
import { finding, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { goesByProxy, isAmbient } from '../../relations/mesh/mtls.ts'
import { toldCalls } from '../../relations/service/called-services.ts'
import { workloadOfPod } from '../../relations/workload-of-pod.ts'

/**
 * With resolution STATIC a ServiceEntry's endpoints are all that proxies know of its hosts: without any they have
 * nobody to send to, and answer 503, where without the ServiceEntry the host would be asked as it is.
 */
export default check({
  code: 'MSH823',
  slug: 'mesh/entry-without-endpoints',
  title: 'a ServiceEntry has no endpoint',
  fine: 'each ServiceEntry with static endpoints has some',
  severity: 'warning',
  needs: ['mesh', 'pods'],
  remedies: [],
  decides: [],

  run({ mesh, pods }) {
    if (mesh.serviceEntries.length === 0) return noneHere(mesh, ['ServiceEntry'], 'there is no ServiceEntry here')
    const empty = mesh.serviceEntries.filter((it) => it.lacksEndpoints === true)
    if (empty.length === 0) return ok(mesh.serviceEntries.length)
    const told = toldCalls(pods.filter((it) => goesByProxy(it) || isAmbient(it)))
    return empty.map((entry) => {
      const callers = told.filter(({ call }) => entry.hosts.includes(call.host)).map(({ pod }) => workloadOfPod(pod))
      return finding({
        subject: subject('ServiceEntry', entry.namespace, entry.name),
        also: callers,
        confidence: 'inferred',
        severity: callers.length > 0 ? 'error' : 'warning',
        args: { hosts: entry.hosts, callers: [...new Set(callers.map((it) => `${it.kind} ${full(it)}`))] },
        evidence: [
          {
            kind: 'config',
            object: subject('ServiceEntry', entry.namespace, entry.name),
            path: 'spec.resolution',
            lines: ['resolution: STATIC'],
            at: 0,
            mark: 'STATIC',
            label: 'and no endpoints, no workloadSelector',
          },
        ],
      })
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `ServiceEntry ${full(on)} gives ${some(args.hosts, 2)} no endpoint: ` +
      `${args.callers.length === 0 ? 'whoever of the mesh calls it' : some(args.callers, 2)} gets 503.`,
    detail: ({ args }) => `resolution STATIC · ${count(args.callers.length, 'workload')} here told to call it`,
    note: () => 'connections that are no HTTP are closed; callers outside of the mesh are not led by it',
    help: ({ subject: on }) => [
      'list addresses in spec.endpoints, or set resolution: DNS, or select workloads',
      `kubectl -n ${on.namespace} edit serviceentries.networking.istio.io ${on.name}`,
    ],
  },
})
