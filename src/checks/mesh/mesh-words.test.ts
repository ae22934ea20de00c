import { expect, test } from 'vitest'
import { authorizationPolicy } from '../../../test/build/istio.ts'
import type { AuthorizationPolicy } from '../../model/mesh.ts'
import { subject } from '../../model/subject.ts'
import { authorizationEvidence } from './mesh-words.ts'

const linesOf = (about: Partial<AuthorizationPolicy>) => {
  const it = authorizationEvidence(subject('AuthorizationPolicy', 'shop', 'default'), authorizationPolicy(about), 'x')
  return it.kind === 'config' ? it.lines : it.kind
}

test.each([
  [{ written: [] }, ['spec: {}']],
  [{ written: ['action'] }, ['spec:', '  action: ALLOW']],
  [{ written: ['rules'] }, ['spec:', '  rules: []']],
  [{ written: [], selector: { app: 'cart' } }, ['spec:', '  selector: {matchLabels: {app: cart}}']],
  [
    { written: ['rules'], rules: 1, from: [[{ namespaces: ['edge'], principals: [] }]] },
    ['spec:', '  rules:', '  - from:', '    - source:', '        namespaces: [edge]'],
  ],
  [{}, 'fact'],
] satisfies readonly (readonly [Partial<AuthorizationPolicy>, unknown])[])(
  'what the spec has is quoted, and no more: %j',
  (about, lines) => {
    expect(linesOf(about)).toEqual(lines)
  },
)
