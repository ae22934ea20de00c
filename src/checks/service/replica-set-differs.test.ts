import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Call } from '../../model/pod.ts'
import check from './replica-set-differs.ts'

const call: Call = { by: 'MONGO_URL', host: 'mongo', port: 27_017, isUrl: true, speaks: 'mongodb' }
const given = (told: string | null, sets: readonly (string | null)[]) => ({
  pods: [
    pod('web-1', { containers: [container({ calls: [{ ...call, ...(told === null ? {} : { replicaSet: told }) }] })] }),
    ...sets.map((set, at) =>
      pod(`mongo-${at}`, {
        owner: { kind: 'StatefulSet', name: 'mongo' },
        containers: [container(set === null ? {} : { replicaSet: set }), container({ name: 'exporter' })],
      }),
    ),
  ],
  services: [service('mongo', { ports: [port({ port: 27_017, targetPort: 27_017 })] })],
})

describeCheck(check, [
  {
    it: 'another set',
    given: given('rs1', ['rs0', 'rs0']),
    expect: [
      {
        subject: 'Deployment/shop/web',
        severity: 'warning',
        confidence: 'inferred',
        says: 'look for replica set `rs1` at mongo, whose servers are of `rs0`',
      },
    ],
  },
  { it: 'the same', given: given('rs0', ['rs0', 'rs0']), expect: 'ok' },
  { it: 'servers of two', given: given('rs1', ['rs0', 'rs1']), expect: 'not-applicable' },
  { it: 'one that does not say', given: given('rs1', ['rs0', null]), expect: 'not-applicable' },
  { it: 'no server', given: given('rs1', []), expect: 'not-applicable' },
  { it: 'none told', given: given(null, ['rs0']), expect: 'not-applicable' },
])
