/** The host of an authority, without its port: `grpc.example.com`, `::1`. */
export function hostOfAuthority(authority: string): string {
  const [, address, name] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(authority) ?? [];
  return address ?? name ?? authority;
}
