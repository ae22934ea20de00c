import { describe, expect, test } from 'vitest'
import { ownHostName } from './own-host-name.ts'

const long = 'a'.repeat(61)

describe('what a pod takes itself for', () => {
  test.each([
    [{ name: 'web-1' }, 'web-1'],
    [{ name: 'web-1', hostname: 'peer-0' }, 'peer-0'],
    [{ name: `${long}bc` }, `${long}bc`],
    [{ name: `${long}bcd` }, `${long}bc`],
    [{ name: `${long}-.c` }, long],
    [{ name: 'web-1', hostname: 'peer-0', hostNetwork: true }, null],
  ])('%j: %s', (pod, own) => expect(ownHostName({ hostNetwork: false, ...pod })).toBe(own))
})
