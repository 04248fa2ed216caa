/** Makes one tree say what another says and touches only what differs, so that scroll, selection and focus stay. */

/** @param {Node} node @returns {string | null} what tells it from its neighbours of the same kind */
const keyOf = (node) => (node instanceof Element ? node.getAttribute("data-key") : null);

/** @param {Node | null} old @param {Node} fresh */
const isSame = (old, fresh) => Boolean(old) && old?.nodeName === fresh.nodeName && keyOf(old) === keyOf(fresh);

/** @param {Node | null} from @param {Node} fresh @returns {ChildNode | null} Only what has a key is looked for behind other nodes. */
function counterpart(from, fresh) {
  let at = from;
  while (at && keyOf(fresh) !== null && !isSame(at, fresh)) at = at.nextSibling;
  return isSame(at, fresh) ? /** @type {ChildNode} */ (at) : null;
}

/** @param {Element} old @param {Element} fresh */
function renewAttributes(old, fresh) {
  for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

/** @param {Element} old @param {Element} fresh */
function renewChildren(old, fresh) {
  let at = /** @type {ChildNode | null} */ (old.firstChild);
  for (let wanted = fresh.firstChild, following = wanted; wanted; wanted = following) {
    following = wanted.nextSibling; // before it moves over
    const found = counterpart(at, wanted);
    if (!found) {
      old.insertBefore(wanted, at);
      continue;
    }
    for (; at !== found; at = /** @type {any} */ (removed(at)));
    renewNode(found, wanted);
    at = found.nextSibling;
  }
  while (at) at = removed(at);
}

/** @param {ChildNode | null} node @returns {ChildNode | null} the one behind it */
function removed(node) {
  const following = node?.nextSibling ?? null;
  node?.remove();
  return following;
}

/** A text that somebody has selected waits until it no longer is. @param {Node} old @param {Node} fresh */
function renewNode(old, fresh) {
  if (old instanceof Element) return renew(old, /** @type {Element} */ (fresh));
  if (old.nodeValue !== fresh.nodeValue && !isSelected(old)) old.nodeValue = fresh.nodeValue;
}

/** @param {Node} node */
function isSelected(node) {
  const selection = getSelection();
  return Boolean(selection && !selection.isCollapsed && selection.containsNode(node, true));
}

/** @param {Element} old @param {Element} fresh */
export function renew(old, fresh) {
  renewAttributes(old, fresh);
  renewChildren(old, fresh);
}
