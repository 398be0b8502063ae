using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features.Authentication;
using RealtimeGateway.Security;

namespace RealtimeGateway.Edges;

/// <summary>Who was admitted with a request, also for code that knows only ASP.NET Core.</summary>
/// <param name="admitted">Who.</param>
internal sealed class AdmittedUser(Admitted admitted) : IHttpAuthenticationFeature
{
    private ClaimsPrincipal? _user;

    public Admitted Admitted => admitted;

    /// <summary>Made when somebody asks: hardly anybody does, and a connection would keep it for as long as it lives.</summary>
    public ClaimsPrincipal? User
    {
        get => _user ??= new ClaimsPrincipal(new IdentityClaims(admitted.Identity));
        set => _user = value;
    }
}
