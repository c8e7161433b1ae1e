/** The same object, and which of its methods were not called yet. */
export function watched<Port extends object>(port: Port) {
  const unused = new Set(Object.keys(port))
  const proxy = new Proxy(port, {
    get: (target, name) => {
      unused.delete(String(name))
      return target[name as keyof Port]
    },
  })
  return { watched: proxy, unused: () => [...unused] }
}
