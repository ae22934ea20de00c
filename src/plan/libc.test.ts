import { expect, test } from 'vitest'
import { container, pod } from '../../test/build/pod.ts'
import type { Cluster } from '../kube/cluster.ts'
import { known, unknown } from '../model/known.ts'
import type { Pod } from '../model/pod.ts'
import { subject } from '../model/subject.ts'
import { libcOf } from './libc.ts'

const of = (images: readonly string[]): Pod =>
  pod('web-1', { containers: images.map((image, nth) => container({ name: `c${nth}`, image })) })

/** What a look into each container says, and which were looked into; null for one that nobody can look into. */
function cluster(said: readonly (string | null)[]): { cluster: Cluster; asked: string[] } {
  const asked: string[] = []
  const exec = (_namespace: string, name: string, { container: at }: { readonly container: string }) => {
    const words = said[asked.push(`${name}/${at}`) - 1]
    return Promise.resolve(
      words === null || words === undefined ? unknown('failed', 'no shell') : known({ stdout: words, stderr: '' }),
    )
  }
  return { cluster: { exec } as unknown as Cluster, asked }
}
const web = subject('Deployment', 'shop', 'web')
const libc = (pods: readonly Pod[], said: readonly (string | null)[] | 'not asked'): Promise<string> =>
  libcOf(cluster(said === 'not asked' ? [] : said).cluster, pods, web, said !== 'not asked')

test.each<[string, readonly string[], readonly (string | null)[] | 'not asked', string]>([
  ['by its files', ['a'], ['glibc\n'], 'glibc'],
  ['by its files, the other', ['a'], ['x musl y'], 'musl'],
  ['by its files, whatever its image is called', ['alpine'], ['glibc'], 'glibc'],
  ['of both', ['a'], ['musl glibc'], 'unknown'],
  ['of two containers that agree', ['a', 'b'], ['musl', 'musl'], 'musl'],
  ['of two containers that do not', ['a', 'b'], ['musl', 'glibc'], 'unknown'],
  ['of two, one of which tells nothing', ['a', 'b'], ['musl', ''], 'unknown'],
  ['by its image, where its files tell nothing', ['x/Alpine:3'], [null], 'musl'],
  ['by its image', ['x/app:musl'], 'not asked', 'musl'],
  ['by an image that says nothing', ['debian'], 'not asked', 'unknown'],
  ['by two images', ['alpine', 'debian'], 'not asked', 'unknown'],
  ['without a container', [], 'not asked', 'unknown'],
  ['of words that only hold it', ['a'], ['muslin'], 'unknown'],
])('the C library is told %s', async (_what, images, said, is) => expect(await libc([of(images)], said)).toBe(is))

test('in a pod that runs and is ready, else in the first; in no other workload', async () => {
  const look = async (...pods: readonly Pod[]): Promise<readonly string[]> => {
    const { cluster: it, asked } = cluster([])
    await libcOf(it, pods, web, true)
    return asked
  }
  const cart = pod('cart-1')
  expect(await look(cart, pod('web-1', { phase: 'Failed' }), pod('web-2', { ready: false }), pod('web-3'))).toEqual([
    'web-3/app',
  ])
  expect(await look(cart, pod('web-1', { phase: 'Failed' }), pod('web-2', { ready: false }))).toEqual(['web-1/app'])
  expect(await look(cart)).toEqual([])
  expect(await libc([cart], ['glibc'])).toBe('unknown')
})
