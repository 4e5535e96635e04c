// What a screen reader would read aloud by itself: the texts that are new in the live regions of Chromium's accessibility tree,
// each time they are. A text that was put there again is another node, so it would be read again.

/** @returns a function that looks, and gives all that was read since the first look, oldest first */
export async function reader(page) {
  const browser = await page.context().newCDPSession(page);
  await browser.send('Accessibility.enable');
  const known = new Set();
  const said = [];

  // The tree does not tell it of what is inside of a region.
  const silenced = async ({ backendDOMNodeId: backendNodeId }) => {
    const { node: { attributes = [] } } = await browser.send('DOM.describeNode', { backendNodeId });
    return attributes[attributes.indexOf('aria-live') + 1] === 'off' && attributes.includes('aria-live');
  };

  async function textsIn(node, nodes) {
    if (node.role?.value === 'StaticText') return [{ key: `${node.nodeId} ${node.name.value}`, text: node.name.value }];
    if (node.role?.value === 'button' && await silenced(node)) return [];
    const inside = node.childIds.map((id) => nodes.get(id)).filter(Boolean);
    return (await Promise.all(inside.map((child) => textsIn(child, nodes)))).flat();
  }

  return async () => {
    const tree = (await browser.send('Accessibility.getFullAXTree')).nodes;
    const nodes = new Map(tree.map((node) => [node.nodeId, node]));
    for (const region of tree) {
      const property = (name) => region.properties?.find((it) => it.name === name)?.value.value;
      if (!['polite', 'assertive'].includes(property('live'))) continue;
      const texts = await textsIn(region, nodes);
      const news = texts.filter(({ key }) => !known.has(key));
      for (const { key } of texts) known.add(key);
      // An atomic region is read as a whole.
      said.push(...(property('atomic') && news.length > 0 ? [texts] : news.map((it) => [it])).map((all) => all.map(({ text }) => text).join(' ')));
    }
    return said;
  };
}
