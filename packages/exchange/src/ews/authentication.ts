/**
 * How calls prove who they are. One header for each request today; schemes that belong to a connection (NTLM) or
 * fetch tokens (OAuth) find their place here too.
 */
export type Authentication = {
  /** The `Authorization` header of the next request. */
  authorization(): Promise<string>
}

export function basicAuthentication(username: string, password: string): Authentication {
  const header = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return { authorization: async () => header }
}
