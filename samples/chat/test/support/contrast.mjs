/**
 * The texts of a page that are hard to read: those whose contrast with what lies behind them is below 4.5 (WCAG 2.2, 1.4.3).
 * It runs in the page.
 */
export function poorContrasts() {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

  // Whatever way a colour is written in, as [red, green, blue, alpha], each up to 1.
  function read(color) {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
  }

  function over([red, green, blue, alpha], behind) {
    return [red, green, blue].map((part, index) => part * alpha + behind[index] * (1 - alpha));
  }

  function backgroundOf(element) {
    const own = read(getComputedStyle(element).backgroundColor);
    return own[3] === 1 || !element.parentElement ? over(own, [1, 1, 1]) : over(own, backgroundOf(element.parentElement));
  }

  function luminanceOf(color) {
    const [red, green, blue] = color.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrastOf(element, color) {
    const behind = backgroundOf(element);
    const [dark, bright] = [luminanceOf(over(read(color), behind)), luminanceOf(behind)].sort((one, other) => one - other);
    return (bright + 0.05) / (dark + 0.05);
  }

  const pairs = [];
  for (const element of document.querySelectorAll('body *')) {
    const isSeen = element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest('.unseen');
    if (isSeen && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())) {
      pairs.push({ text: element.textContent.trim(), contrast: contrastOf(element, getComputedStyle(element).color) });
    }
    if (isSeen && element.placeholder && !element.value) {
      pairs.push({ text: element.placeholder, contrast: contrastOf(element, getComputedStyle(element, '::placeholder').color) });
    }
  }

  return { count: pairs.length, poor: pairs.filter(({ contrast }) => contrast < 4.5) };
}
