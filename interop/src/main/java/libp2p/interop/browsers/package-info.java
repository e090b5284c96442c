/** Browsers with js-libp2p in a page against our node: what they can do with it over each transport that they have. */
package libp2p.interop.browsers;
