// A shop with pages and sign-in of its own. Its customers watch their orders through the gateway that runs inside it.
using System.Security.Claims;
using System.Text.Json;
using Embedded;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.SignalR;
using RealtimeGateway;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.InProcess;
using RealtimeGateway.Edges.SignalR;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddRealtimeGateway(); // 1
builder.Services.AddSingleton<Tickets>();
builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookies =>
{
    // This shop has no page to sign in on: who is not signed in, or is no staff, is told so.
    cookies.Events.OnRedirectToLogin = context => AnswerAsync(context, StatusCodes.Status401Unauthorized);
    cookies.Events.OnRedirectToAccessDenied = context => AnswerAsync(context, StatusCodes.Status403Forbidden);
});
builder.Services.AddAuthorizationBuilder().AddPolicy("staff", policy => policy.RequireRole("staff"));

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapRealtimeGateway(); // 2

// The shop's own sign-in. A real one asks for a password.
app.MapPost("/sign-in/{name}", (string name, HttpContext context) =>
{
    var roles = name == "stella" ? new[] { new Claim(ClaimTypes.Role, "staff") } : [];
    var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name), .. roles], CookieAuthenticationDefaults.AuthenticationScheme);
    return context.SignInAsync(new ClaimsPrincipal(identity));
});

// Who is signed in here gets what the gateway knows him by.
app.MapGet("/ticket", (ClaimsPrincipal user, Tickets tickets) => tickets.Issue(user)).RequireAuthorization();

// To all who watch the order; what only the staff is to know goes to them alone. Both are kept for who comes later.
app.MapPost("/orders/{id}/{state}", async (string id, string state, IRealtimePublisher realtime) =>
{
    await realtime.PublishAsync($"order:{id}", "state", new { state });
    await realtime.PublishAsync(new PublishRequest
    {
        Channel = $"order:{id}",
        Event = "note",
        Data = JsonSerializer.SerializeToElement(new { text = $"'{state}' was set by hand" }),
        Readers = ["label:staff"],
    });
}).RequireAuthorization("staff");

// To the connections of this moment, past history: a bell rings or it does not.
app.MapPost("/bell/{name}", (string name, IHubContext<RealtimeHub, IRealtimeClient> hub, TimeProvider time) =>
    hub.Clients.User(name).Event(new EventMessage
    {
        Channel = $"$user:{name}",
        Event = "bell",
        Data = JsonSerializer.SerializeToElement("ding"),
        Id = Guid.NewGuid().ToString("N"),
        Time = time.GetUtcNow(),
    })).RequireAuthorization("staff");

// Who is here?
app.MapGet("/orders/{id}/watchers", async (string id, IPresence presence) =>
{
    var page = await presence.GetMembersAsync(new MembersRequest { Channel = $"order:{id}" });
    return page.Members.Select(member => member.UserId);
}).RequireAuthorization("staff");

await app.RunAsync();

static Task AnswerAsync(RedirectContext<CookieAuthenticationOptions> context, int status)
{
    context.Response.StatusCode = status;
    return Task.CompletedTask;
}
