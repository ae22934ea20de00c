import { COREDNS } from '../../breaks/coredns.ts'
import { coreDnsFault } from '../../breaks/coredns-fault.ts'
import { patch } from '../../breaks/coredns-manifest.ts'
import { serverStates } from '../../breaks/server-states.ts'

/**
 * Enough for the runtime to start the process in, too little for CoreDNS to come up (12Mi will do while it has nothing
 * to do).
 */
const LIMIT = '9Mi'

export default coreDnsFault({
  name: 'dns-server-oom',
  kind: 'fault',
  breaks: `CoreDNS has a memory limit of ${LIMIT}, and is killed at each start`,
  symptom: 'after a change of limits new CoreDNS pods never come up, and lookups fail now and then',
  cause: { code: 'DNS113', subject: `Deployment/${COREDNS.namespace}/${COREDNS.deployment}` },
  async change(lab) {
    await patch(lab, `deployment/${COREDNS.deployment}`, {
      spec: {
        template: {
          spec: {
            containers: [{ name: 'coredns', resources: { limits: { memory: LIMIT }, requests: { memory: LIMIT } } }],
          },
        },
      },
    })
  },
  inEffect: async (lab) =>
    (await serverStates(lab)).some((it) => it.waiting === 'CrashLoopBackOff' && it.lastEnd === 'OOMKilled'),
})
