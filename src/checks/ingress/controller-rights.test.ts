import { beside } from '../../../test/build/beside.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { ControllerRights } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import check from './controller-rights.ts'

const given = (about: Partial<ControllerRights> = {}) => ({
  beside: beside({
    controllerRights: [{ namespace: 'ingress-nginx', account: 'nginx', role: 'nginx', lacks: [], ...about }],
  }),
})

describeCheck(check, [
  {
    it: 'a role of a release before 1.4',
    given: given({ lacks: ['endpointslices'] }),
    expect: [{ subject: 'ClusterRole/nginx', severity: 'error', confidence: 'inferred', args: { slices: true } }],
  },
  {
    it: 'no role at all: it runs, so the file left it out',
    given: given({ role: null, lacks: ['endpointslices', 'services', 'ingresses', 'ingressclasses'] }),
    expect: 'cannot-tell',
  },
  { it: 'all of it', given: given(), expect: 'ok' },
  { it: 'none was read', given: { beside: beside() }, expect: 'not-applicable' },
  {
    it: 'a cluster',
    given: modelOf({}, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
