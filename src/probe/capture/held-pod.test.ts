import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../kube/cluster.ts'
import { known, unknown } from '../../model/known.ts'
import { holdPod } from './held-pod.ts'

/** How each exec ends, one after the other; the last one's end again and again. */
function opened(ends: readonly ('cut' | 'refused' | 'stays')[]) {
  const began: number[] = []
  const exec: Cluster['exec'] = async (_namespace, _pod, { signal, live }) => {
    const how = ends[Math.min(began.length, ends.length - 1)]
    began.push(performance.now())
    expect(live?.beat).toBe('on\n')
    if (how === 'refused') return unknown('forbidden', 'create pods/exec')
    if (how === 'stays') await new Promise((resolve) => signal?.addEventListener('abort', resolve))
    return known({ code: null, stdout: '', stderr: '' })
  }
  return { began, exec }
}

describe.concurrent('a pod of a capture', () => {
  const held = { namespace: 'shop', pod: 'hopscope-aaaa0000-n0', seconds: 60 }
  const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

  test('is held until the capture is over, and no longer', async () => {
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

  test('is asked for less and less often where nobody lets it be held', async () => {
    const { began, exec } = opened(['refused'])
    const over = new AbortController()
    const holding = holdPod({ exec }, { ...held, until: over.signal })
    await after(2500)
    over.abort()
    await holding
    expect(began.length).toBe(3)
  })
})
