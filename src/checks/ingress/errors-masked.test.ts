import { contacts, get } from '../../../test/build/contacts.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './errors-masked.ts'

const masking = ingress([['/', 'web', 80]], { annotated: ['nginx.ingress.kubernetes.io/custom-http-errors'] })

describeCheck(check, [
  {
    it: 'a 404 that may be another status',
    given: { ingresses: [masking], contacts: contacts([], [get('/', 404), get('/x', 200)]) },
    expect: [
      { subject: 'Ingress/shop/web', severity: 'info', confidence: 'possible', args: { status: 404, bad: 1, of: 2 } },
    ],
  },
  {
    it: 'nothing bad is answered',
    given: { ingresses: [masking], contacts: contacts([], [get('/', 200)]) },
    expect: 'ok',
  },
  {
    it: 'no error pages',
    given: { ingresses: [ingress([['/', 'web', 80]])], contacts: contacts([], [get('/', 404)]) },
    expect: 'not-applicable',
  },
  {
    it: 'nothing was asked',
    given: modelOf({ ingresses: [masking] }, { contacts: unknown('not-asked', 'contacts') }),
    expect: 'cannot-tell',
  },
])
