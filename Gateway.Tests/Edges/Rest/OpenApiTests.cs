using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RealtimeGateway.Contracts;
using RealtimeGateway.Tests.Support;

namespace RealtimeGateway.Tests.Edges.Rest;

/// <summary>The document says what the routes are, and its examples are what they take and answer.</summary>
[TestFixture]
public sealed class OpenApiTests
{
    private TestGateway _gateway = null!;
    private JsonNode _document = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _gateway = await RestGateway.StartAsync();
        (_, _document) = await _gateway.AskAsync("GET /openapi/v1.json");
    }

    [TearDown]
    public async Task StopAsync() => await _gateway.DisposeAsync();

    [Test]
    public void Document_HasEveryRoute_AndNoOther()
    {
        var mapped =
            from endpoint in _gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            where endpoint.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)
            from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
            select $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}";
        Assert.That(Operations().Select(operation => $"{operation.Method} {operation.Path}"), Is.EquivalentTo(mapped));
    }

    [Test]
    public void Reference_LeadsSomewhere()
    {
        var references = Values(_document).Where(value => value.Name == "$ref").Select(value => value.Value.GetValue<string>()).Distinct().ToArray();
        Assert.That(references, Is.Not.Empty);
        Assert.Multiple(() =>
        {
            foreach (var reference in references)
            {
                Assert.That(reference.Split('/').Skip(1).Aggregate((JsonNode?)_document, (node, name) => node?[name]), Is.Not.Null, reference);
            }
        });
    }

    [Test]
    public async Task Examples_AreTaken_ByAServer()
    {
        foreach (var (method, path, operation) in Operations().Where(operation => operation.Operation["requestBody"] is not null))
        {
            var body = operation["requestBody"]!["content"]!["application/json"]!["example"]!.ToJsonString();
            var (status, answer) = await _gateway.AskAsync($"{method} {path.Replace("{id}", "ann", StringComparison.Ordinal)}", body, "backend");
            Assert.That(status, Is.EqualTo(200), $"{path}: {answer.ToJsonString()}");
        }
    }

    [Test]
    public void AnswersExamples_AreWhatTheContractsWrite()
    {
        var contracts = new Dictionary<string, Type>
        {
            ["publish"] = typeof(PublishResult),
            ["publishBatch"] = typeof(PublishBatchResult),
            ["broadcast"] = typeof(BroadcastResult),
            ["listChannels"] = typeof(ChannelsPage),
            ["countSessions"] = typeof(ChannelSessions),
            ["listMembers"] = typeof(ChannelMembers),
            ["readHistory"] = typeof(HistoryResult),
            ["deleteHistory"] = typeof(Position),
            ["listUserSessions"] = typeof(UserSessions),
            ["disconnectUser"] = typeof(UserActionResult),
            ["unsubscribeUser"] = typeof(UserActionResult),
            ["revokeUser"] = typeof(UserActionResult),
            ["setUserRoles"] = typeof(UserActionResult),
            ["sendUserEvent"] = typeof(UserActionResult),
            ["readStats"] = typeof(GatewayStats),
        };
        Assert.Multiple(() =>
        {
            foreach (var (_, path, operation) in Operations())
            {
                var example = operation["responses"]!["200"]!["content"]!["application/json"]!["example"]!;
                var contract = contracts[operation["operationId"]!.GetValue<string>()];
                var written = JsonSerializer.SerializeToNode(example.Deserialize(contract, JsonSerializerOptions.Web), contract, JsonSerializerOptions.Web);
                Assert.That(JsonNode.DeepEquals(written, example), Is.True, $"{path}: {written}");
            }
        });
    }

    [Test]
    public void WhatIsDoneToSessions_MayBePending_AsTheContractWritesIt()
    {
        string[] actions = ["disconnectUser", "unsubscribeUser", "revokeUser", "setUserRoles"];
        var pending = Operations().Where(operation => operation.Operation["responses"]!["202"] is not null);
        var example = _document["components"]!["responses"]!["Pending"]!["content"]!["application/json"]!["example"]!;
        var written = JsonSerializer.SerializeToNode(example.Deserialize<UserActionResult>(JsonSerializerOptions.Web), JsonSerializerOptions.Web);
        Assert.Multiple(() =>
        {
            Assert.That(pending.Select(operation => operation.Operation["operationId"]!.GetValue<string>()), Is.EquivalentTo(actions));
            Assert.That(JsonNode.DeepEquals(written, example), Is.True, $"{written}");
        });
    }

    private IEnumerable<(string Method, string Path, JsonNode Operation)> Operations() =>
        from path in _document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select (operation.Key.ToUpperInvariant(), path.Key, operation.Value!);

    private static IEnumerable<(string Name, JsonValue Value)> Values(JsonNode? node) => node switch
    {
        JsonObject all => all.SelectMany(entry => entry.Value is JsonValue value ? [(entry.Key, value)] : Values(entry.Value)),
        JsonArray all => all.SelectMany(Values),
        _ => [],
    };
}
