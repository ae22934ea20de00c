import { expect, test } from 'vitest'
import { discoverySelectors } from './discovery-selectors.ts'

test.each([
  ['accessLogFile: /dev/stdout\n', 'none'],
  ['a: b\ndiscoverySelectors:\n- matchLabels:\n    mesh: "on"\nc: d\n', [{ mesh: 'on' }]],
  [
    'discoverySelectors:\r\n  - matchLabels:\r\n      mesh: on\r\n      env: prod\r\n  # or\r\n  - matchLabels:\r\n      x/y: z\r\n',
    [{ mesh: 'on', env: 'prod' }, { 'x/y': 'z' }],
  ],
  ['discoverySelectors: []', 'unread'],
  ['discoverySelectors: [{matchLabels: {mesh: "on"}}]', 'unread'],
  ['discoverySelectors:\n- matchExpressions:\n  - {key: mesh, operator: Exists}\n', 'unread'],
  ['discoverySelectors:\n- matchLabels: {mesh: "on"}\n', 'unread'],
  ['discoverySelectors:\nother: x\n', 'none'],
])('the selectors of %j', (mesh, selectors) => {
  expect(discoverySelectors(mesh)).toEqual(selectors)
})
