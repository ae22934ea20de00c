// The application that a namespace fault breaks: web calls cart, both with the image of the shop. Each function makes
// one object; a fault is the same set of objects with one of them wrong.
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts'
import type { Container, ContainerPort, PodSpec, Service, ServicePort } from 'kubernetes-types/core/v1.d.ts'
import type { Ingress, NetworkPolicy, NetworkPolicySpec } from 'kubernetes-types/networking/v1.d.ts'

export interface KubernetesObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata?: { readonly name?: string; readonly namespace?: string }
}

export const SHOP_IMAGE = 'docker.io/lab/shop:1'

export interface DeploymentOptions {
  readonly replicas?: number
  readonly args?: readonly string[]
  readonly ports?: readonly ContainerPort[]
  readonly pod?: Partial<PodSpec>
}

const HTTP: readonly ContainerPort[] = [{ name: 'http', containerPort: 8080 }]

export function deployment(namespace: string, name: string, options: DeploymentOptions = {}): Deployment {
  const { replicas = 1, args = [], ports = HTTP, pod = {} } = options
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      // A rolling update waits for new pods to be ready before it ends old ones, and a broken pod never is.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...pod,
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name,
              image: SHOP_IMAGE,
              imagePullPolicy: 'IfNotPresent',
              args: [`-name=${name}`, ...args],
              ports: [...ports],
              readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 1 },
              resources: { requests: { cpu: '2m', memory: '12Mi' }, limits: { memory: '64Mi' } },
            },
          ],
        },
      },
    },
  }
}

/** The same Deployment with its one container changed. */
export function withContainer(made: Deployment, change: Partial<Container>): Deployment {
  const template = made.spec?.template
  if (made.spec === undefined || template?.spec === undefined) return made
  const containers = template.spec.containers.map((it) => ({ ...it, ...change }))
  return { ...made, spec: { ...made.spec, template: { ...template, spec: { ...template.spec, containers } } } }
}

/** The same Deployment with more labels on its pods. */
export function withPodLabels(made: Deployment, more: Readonly<Record<string, string>>): Deployment {
  if (made.spec === undefined) return made
  const { template } = made.spec
  const labels = { ...template.metadata?.labels, ...more }
  return { ...made, spec: { ...made.spec, template: { ...template, metadata: { ...template.metadata, labels } } } }
}

export function service(
  namespace: string,
  name: string,
  port: ServicePort,
  selector: Readonly<Record<string, string>> = { app: name },
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { app: name } },
    spec: { selector: { ...selector }, ports: [{ name: 'http', protocol: 'TCP', ...port }] },
  }
}

export interface Backend {
  readonly service?: string
  readonly port?: number
  readonly className?: string
}

export function ingress(
  namespace: string,
  { service: name = 'web', port = 80, className = 'nginx' }: Backend = {},
): Ingress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace },
    spec: {
      ingressClassName: className,
      rules: [
        {
          host: hostOf(namespace),
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: port } } } }] },
        },
      ],
    },
  }
}

export function hostOf(namespace: string): string {
  return `${namespace}.example.com`
}

export function networkPolicy(namespace: string, name: string, spec: NetworkPolicySpec): NetworkPolicy {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace }, spec }
}

/** A type and not an interface, so that it counts as a record of objects. */
export type App = {
  readonly web: Deployment
  readonly webService: Service
  readonly cart: Deployment
  readonly cartService: Service
}

export function app(namespace: string): App {
  return {
    // Less than a resolver's timeout, so that whoever asks web learns within seconds that it cannot find cart.
    web: deployment(namespace, 'web', { args: ['-downstream=http://cart:8080/', '-timeout=3s'] }),
    webService: service(namespace, 'web', { port: 80, targetPort: 8080 }),
    cart: deployment(namespace, 'cart', { replicas: 2 }),
    cartService: service(namespace, 'cart', { port: 8080, targetPort: 'http' }),
  }
}

export function objectsOf(parts: Readonly<Record<string, KubernetesObject>>): readonly KubernetesObject[] {
  return Object.values(parts)
}
