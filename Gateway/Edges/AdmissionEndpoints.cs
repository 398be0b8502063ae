using System.Security.Claims;
using RealtimeGateway.Security;

namespace RealtimeGateway.Edges;

/// <summary>Puts admission in front of endpoints, without a middleware that a host would have to order among its own.</summary>
internal static class AdmissionEndpoints
{
    private static readonly object Key = new();

    /// <summary>Nothing of these endpoints runs for whoever is not admitted; he gets the problem instead.</summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="known">Who was admitted before with what a request belongs to; null where it must show a credential itself.</param>
    public static TBuilder RequireAdmission<TBuilder>(this TBuilder endpoints, Func<HttpContext, Admitted?>? known = null)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(endpoint =>
        {
            var next = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
                known?.Invoke(context) is { } admitted ? EnterAsync(context, admitted, next) : AdmitAsync(context, next);
        });
        return endpoints;
    }

    /// <summary>Who was admitted with this request.</summary>
    public static Admitted GetAdmitted(this HttpContext context) =>
        context.Items[Key] as Admitted ?? throw new InvalidOperationException("Nobody was admitted with this request.");

    private static async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        var admission = context.RequestServices.GetRequiredService<Admission>();
        if (Credentials.Of(context.Request).IsRefused(out var refusal, out var credentials)
            || (await admission.AdmitAsync(credentials.Token, credentials.ApiKey, context.RequestAborted)).IsRefused(out refusal, out var admitted))
        {
            await Problem.WriteAsync(context, refusal);
            return;
        }

        await EnterAsync(context, admitted, next);
    }

    private static Task EnterAsync(HttpContext context, Admitted admitted, RequestDelegate next)
    {
        context.Items[Key] = admitted;
        context.User = ToPrincipal(admitted.Identity);
        return next(context);
    }

    // What code that knows only ASP.NET Core finds: the user's id, and the roles as they are written.
    private static ClaimsPrincipal ToPrincipal(Identity identity)
    {
        var roles = identity.Roles.Select(role => new Claim(ClaimTypes.Role, role.ToString()));
        return identity.UserId is { } userId
            ? new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, userId), .. roles], "RealtimeGateway"))
            : new ClaimsPrincipal(new ClaimsIdentity(roles));
    }
}
