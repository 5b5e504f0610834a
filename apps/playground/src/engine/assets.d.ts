/** The address of a file that the site's build puts beside its own. */
declare module '*?url' {
  const address: string;
  export default address;
}
