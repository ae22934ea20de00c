import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectMiddleware } from './middleware.ts'

test.each([
  [
    { forwardAuth: { address: 'http://user:hunter2@authelia.auth.svc:9091/api?token=x', trustForwardHeader: true } },
    { does: 'forwardAuth', asks: { host: 'authelia.auth.svc', port: 9091 } },
  ],
  [
    { errors: { status: ['500-599'], service: { name: 'pages', port: 80 } } },
    { does: 'errors', pages: { namespace: null, name: 'pages', port: 80 } },
  ],
  [
    { chain: { middlewares: [{ name: 'auth' }, { name: 'rate', namespace: 'edge' }, 7] } },
    {
      does: 'chain',
      chain: [
        { namespace: null, name: 'auth' },
        { namespace: 'edge', name: 'rate' },
      ],
    },
  ],
  [{ basicAuth: { secret: 'hunter2' } }, { does: 'basicAuth' }],
  [undefined, {}],
])('of a Middleware %j is kept %j', (spec, expected) =>
  expect(projectMiddleware({ metadata: { namespace: 'shop', name: 'sso' }, spec }, createIntern())).toEqual({
    namespace: 'shop',
    name: 'sso',
    ...expected,
  }),
)
