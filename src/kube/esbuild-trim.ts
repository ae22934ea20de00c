import type { Plugin } from 'esbuild'

/**
 * Keeps two things out of the bundle: `@kubernetes/client-node`, whose import alone costs half a second (kubeconfig.ts
 * says what replaces it), by an error; and ws's optional native add-ons, which it looks for and does without.
 */
export const trimClientNode: Plugin = {
  name: 'trim-client-node',
  setup(build) {
    build.onResolve({ filter: /^@kubernetes\/client-node/ }, ({ importer }) => ({
      errors: [
        {
          text:
            `${importer} imports @kubernetes/client-node, which costs half a second at start: ` +
            'use src/kube/connect.ts',
        },
      ],
    }))
    build.onResolve({ filter: /^(bufferutil|utf-8-validate)$/ }, ({ path }) => ({ path, external: true }))
  },
}
