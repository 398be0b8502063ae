using Microsoft.AspNetCore.Http.Features.Authentication;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.RateLimits;
using RealtimeGateway.Security;

namespace RealtimeGateway.Edges;

/// <summary>Puts admission in front of endpoints, without a middleware that a host would have to order among its own.</summary>
internal static class AdmissionEndpoints
{
    private delegate ValueTask<Result<Admitted>> Way(string? token, string? apiKey, Whereabouts from, CancellationToken cancellationToken);

    /// <summary>
    /// Nothing of these endpoints runs for whoever is not admitted, or for a page of an origin that is not allowed; they get the
    /// problem instead. A request that stands by itself has its body bounded as well.
    /// </summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="known">Who was admitted before with what a request belongs to; null where it must show a credential itself.</param>
    /// <param name="count">Counts one who is admitted, and says why he cannot come in all the same.</param>
    public static TBuilder RequireAdmission<TBuilder>(
        this TBuilder endpoints,
        Func<HttpContext, Admitted?>? known = null,
        Func<HttpContext, Admitted, Error?>? count = null)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(endpoint =>
        {
            // From the inside to the outside: who may not come in is told so before anything of his body is looked at.
            if (known is null)
            {
                RequestBody.Bound(endpoint);
            }

            var (next, services) = (endpoint.RequestDelegate!, endpoint.ApplicationServices);
            endpoint.RequestDelegate = context =>
                known?.Invoke(context) is { } admitted
                    ? EnterAsync(context, admitted, next)
                    : AdmitAsync(context, services, count, next, static admission => admission.AdmitAsync);
            CrossOrigin.Guard(endpoint);
        });
        return endpoints;
    }

    /// <summary>
    /// The same for endpoints of which each request stands for itself: any valid API key comes in, whatever it is good for
    /// (<see cref="Admission.AdmitRequestAsync"/>).
    /// </summary>
    public static TBuilder RequireRequestAdmission<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(endpoint =>
        {
            RequestBody.Bound(endpoint);
            var (next, services) = (endpoint.RequestDelegate!, endpoint.ApplicationServices);
            endpoint.RequestDelegate = context => AdmitAsync(context, services, count: null, next, static admission => admission.AdmitRequestAsync);
            CrossOrigin.Guard(endpoint);
        });
        return endpoints;
    }

    /// <summary>Who was admitted with this request.</summary>
    public static Admitted GetAdmitted(this HttpContext context) =>
        AdmittedUser.Of(context) ?? throw new InvalidOperationException("Nobody was admitted with this request.");

    // What is decided at once, as mostly, leaves nothing behind that would be kept for as long as the connection of a client lives. A
    // request's own services are a scope, and would.
    private static Task AdmitAsync(
        HttpContext context,
        IServiceProvider services,
        Func<HttpContext, Admitted, Error?>? count,
        RequestDelegate next,
        Func<Admission, Way> way)
    {
        var from = services.GetRequiredService<Live<TrustedProxies>>().Current.WhereaboutsOf(context);
        var decision = AdmitAsync(context, services, from, way);
        return decision.IsCompletedSuccessfully ? GoOnAsync(decision.Result) : DecideFirstAsync();

        async Task DecideFirstAsync() => await GoOnAsync(await decision);

        Task GoOnAsync(Result<Admitted> result)
        {
            if (result.IsRefused(out var refusal, out var admitted))
            {
                // Who was refused is nobody: he is counted where he comes from, and told no more once that is too often.
                var tooOften = services.GetRequiredService<RateLimiter>().Charge(Operation.Connect, Admitted.CountedAt(from.Address));
                return Problem.WriteAsync(context, tooOften ?? refusal);
            }

            return count?.Invoke(context, admitted) is { } tooMany ? Problem.WriteAsync(context, tooMany) : EnterAsync(context, admitted, next);
        }
    }

    private static async ValueTask<Result<Admitted>> AdmitAsync(
        HttpContext context,
        IServiceProvider services,
        Whereabouts from,
        Func<Admission, Way> way)
    {
        if (Credentials.Of(context.Request).IsRefused(out var unreadable, out var credentials))
        {
            return unreadable;
        }

        var (limiter, guesser) = (services.GetRequiredService<RateLimiter>(), Admitted.CountedAt(from.Address));
        if (!credentials.AreNone && limiter.FindTooManyGuesses(guesser) is { } tooMany)
        {
            return tooMany;
        }

        var result = await way(services.GetRequiredService<Admission>())(credentials.Token, credentials.ApiKey, from, context.RequestAborted);
        if (result.Error is { } refusal && Admission.IsGuess(refusal))
        {
            limiter.CountGuess(guesser);
        }

        return result;
    }

    private static Task EnterAsync(HttpContext context, Admitted admitted, RequestDelegate next)
    {
        context.Features.Set<IHttpAuthenticationFeature>(new AdmittedUser(admitted));
        return next(context);
    }
}
