import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../kube/cluster.ts'
import { known, unknown } from '../../model/known.ts'
import { holdPod, mayHold } from './held-pod.ts'

/** How each exec ends, one after the other; the last one's end again and again. */
function opened(ends: readonly ('cut' | 'refused' | 'fails' | 'stays')[]) {
  const began: number[] = []
  const exec: Cluster['exec'] = async (_namespace, _pod, { signal, live }) => {
    const how = ends[Math.min(began.length, ends.length - 1)]
    began.push(performance.now())
    expect(live?.beat).toBe('on\n')
    if (how === 'refused') return unknown('forbidden', 'create pods/exec')
    if (how === 'fails') return unknown('failed', 'create pods/exec: no such file')
    if (how === 'stays') await new Promise((resolve) => signal?.addEventListener('abort', resolve))
    return known({ code: null, stdout: '', stderr: '' })
  }
  return { began, exec }
}

describe.concurrent('a pod', () => {
  const held = { namespace: 'shop', pod: 'hopscope-aaaa0000-n0', seconds: 60 }
  const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

  test('is held until it is taken away, and no longer', async () => {
    const { began, exec } = opened(['stays'])
    const over = new AbortController()
    const holding = holdPod({ exec }, { ...held, until: over.signal })
    await after(50)
    over.abort()
    await holding
    expect(began.length).toBe(1)
  })

  test('is held anew when the connection was cut, before it would end', async () => {
    const { began, exec } = opened(['cut', 'stays'])
    const over = new AbortController()
    const holding = holdPod({ exec }, { ...held, until: over.signal })
    await after(1500)
    over.abort()
    await holding
    expect(began.length).toBe(2)
  })

  test('is asked for less and less often where it can not be held', async () => {
    const { began, exec } = opened(['fails'])
    const over = new AbortController()
    const holding = holdPod({ exec }, { ...held, until: over.signal })
    await after(2500)
    over.abort()
    await holding
    expect(began.length).toBe(3)
  })

  test('is not asked for again by who may not, nor when it has come to its end', async () => {
    const refused = opened(['refused'])
    await holdPod(refused, { ...held, until: new AbortController().signal })
    expect(refused.began.length).toBe(1)
    const over = opened(['fails'])
    await holdPod(over, { ...held, until: new AbortController().signal, isOver: () => over.began.length === 2 })
    expect(over.began.length).toBe(2)
  })
})

test.each([
  [[true, true], true],
  [[true, false], false],
  [[false, true], false],
  [[true, null], false],
] as const)('of get and create pods/exec %j: held for sure %s', async ([get, create], expected) => {
  const mayI: Cluster['mayI'] = async (verb, { plural }, namespace, subresource) => {
    expect([plural, namespace, subresource]).toEqual(['pods', 'shop', 'exec'])
    const answer = verb === 'get' ? get : create
    return answer === null ? unknown('forbidden', 'no reviews') : known(answer)
  }
  expect(await mayHold({ mayI }, 'shop')).toBe(expected)
})
