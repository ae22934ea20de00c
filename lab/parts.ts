// What the lab builds for itself: the programs that no Debian package brings, at the versions it stands for.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const HERE = import.meta.dirname

export const KUBERNETES_VERSION = 'v1.34.4'

export interface Part {
  readonly name: string
  /** Hashed, all of it, into the key under which the result is cached. */
  readonly sources: readonly string[]
  readonly folder: string
  readonly compile: (out: string) => readonly string[]
  /** A folder of a Go module that belongs to the program, copied beside it under its last name. */
  readonly data?: { readonly module: string; readonly path: string }
}

function goPart(
  name: string,
  options: { folder?: string; target?: string; flags?: string; data?: Part['data'] } = {},
): Part {
  const folder = options.folder ?? join(HERE, 'go', name)
  const flags = ['-s', '-w', options.flags ?? ''].join(' ').trim()
  return {
    name,
    folder,
    sources: ['go.mod', 'go.sum', 'main.go'].map((file) => join(folder, file)).filter((file) => existsSync(file)),
    compile: (out) => ['go', 'build', '-trimpath', '-ldflags', flags, '-o', out, options.target ?? '.'],
    ...(options.data === undefined ? {} : { data: options.data }),
  }
}

function cPart(name: string, source: string, compiler: readonly string[]): Part {
  const file = join(HERE, 'c', source)
  return {
    name,
    folder: join(HERE, 'c'),
    sources: [file],
    compile: (out) => [...compiler, '-Os', '-s', '-o', out, file],
  }
}

const version = 'k8s.io/component-base/version'

/** The kubelet reports the version it was linked with; built from a module it would say v0.0.0. */
const kubeFlags = `-X ${version}.gitVersion=${KUBERNETES_VERSION} -X ${version}.gitMajor=1 -X ${version}.gitMinor=34`

/** Only faults of gateways need it: not among those that `up` builds. */
export function contourPart(): Part {
  return goPart('contour', {
    target: 'github.com/projectcontour/contour/cmd/contour',
    data: { module: 'github.com/projectcontour/contour', path: 'examples' },
  })
}

/** Only the cases of traces need these two: a tracing server, and a shop with OpenTelemetry's SDK. */
export function tracingParts(): readonly [jaeger: Part, traced: Part] {
  return [goPart('jaeger', { target: 'github.com/jaegertracing/jaeger/cmd/all-in-one' }), goPart('traced')]
}

export function parts(): readonly Part[] {
  const shop = join(HERE, 'shop')
  return [
    goPart('kube', { flags: kubeFlags }),
    goPart('coredns'),
    goPart('nfqdelay'),
    goPart('ingress-nginx', {
      target: 'k8s.io/ingress-nginx/cmd/nginx',
      data: { module: 'k8s.io/ingress-nginx', path: 'rootfs/etc/nginx' },
    }),
    ...(existsSync(join(shop, 'main.go')) ? [goPart('shop', { folder: shop })] : []),
    cPart('pause', 'pause.c', ['gcc', '-static']),
    cPart('lookup-glibc', 'lookup.c', ['gcc']),
    cPart('lookup-musl', 'lookup.c', ['musl-gcc', '-static']),
  ]
}
