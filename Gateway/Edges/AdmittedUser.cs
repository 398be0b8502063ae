using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features.Authentication;
using RealtimeGateway.Security;

namespace RealtimeGateway.Edges;

/// <summary>Who was admitted with a request, also for code that knows only ASP.NET Core.</summary>
/// <param name="admitted">Who.</param>
internal sealed class AdmittedUser(Admitted admitted) : IHttpAuthenticationFeature
{
    private ClaimsPrincipal? _user;

    /// <summary>Who was admitted; null for nobody. For long polling SignalR makes a copy of the request, with the user alone.</summary>
    public static Admitted? Of(HttpContext context) => context.Features.Get<IHttpAuthenticationFeature>() switch
    {
        AdmittedUser user => user.Admitted,
        { User: Principal copied } => copied.Admitted,
        _ => null,
    };

    private Admitted Admitted => admitted;

    /// <summary>Made when somebody asks: hardly anybody does, and a connection would keep it for as long as it lives.</summary>
    public ClaimsPrincipal? User
    {
        get => _user ??= new Principal(admitted);
        set => _user = value;
    }

    private sealed class Principal(Admitted admitted) : ClaimsPrincipal(new IdentityClaims(admitted.Identity))
    {
        public Admitted Admitted => admitted;
    }
}
