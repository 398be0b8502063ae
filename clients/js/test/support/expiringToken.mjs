/**
 * Does something with a token of Ann of the blue team that soon expires, and returns what comes of it. Where that fails on a machine so
 * slow that the token may have expired meanwhile, it begins again with one that lives twice as long.
 */
export async function beforeItExpires(gateway, use) {
  for (let expiresIn = 3; ; expiresIn *= 2) {
    const issued = performance.now();
    const token = await gateway.devToken('ann', { teams: ['blue'], expiresIn });
    try {
      return await use(token);
    } catch (error) {
      // It ends with a whole second, so it lives up to a second less.
      const livesSurely = performance.now() - issued < (expiresIn - 1) * 1000;
      if (livesSurely || expiresIn > 10) {
        throw error;
      }
    }
  }
}
