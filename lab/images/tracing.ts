// Jaeger and the traced shop, which only the cases of traces need: not among the images that `up` makes.
import { build, builtAt, isBuilt } from '../build.ts'
import { containerdSocket } from '../cluster/node.ts'
import type { Lab } from '../lab.ts'
import { type Part, tracingParts } from '../parts.ts'
import { archiveOf } from './archive-of.ts'
import { importArchive } from './seed.ts'

/** The newest whose Go module the checksum database knows. */
export const JAEGER_IMAGE = 'docker.io/jaegertracing/all-in-one:1.62.0'
export const TRACED_IMAGE = 'docker.io/lab/traced-shop:1'

/** Builds what is not built, and brings both images to every node. */
export async function bringTracing(lab: Lab): Promise<void> {
  const [jaeger, traced] = tracingParts()
  const archives = [
    await archive(jaeger, JAEGER_IMAGE, '/go/bin/all-in-one-linux'),
    await archive(traced, TRACED_IMAGE),
  ]
  for (const node of lab.nodes) for (const it of archives) await importArchive(containerdSocket(node), it)
}

async function archive(part: Part, reference: string, path = `/${part.name}`): Promise<string> {
  if (!(await isBuilt(part))) await build(part)
  const { program } = await builtAt(part)
  return archiveOf(part.name, { reference, entrypoint: [path], files: { [path]: program } }, program)
}
