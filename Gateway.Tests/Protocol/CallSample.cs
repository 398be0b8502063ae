namespace RealtimeGateway.Tests.Protocol;

/// <summary>A call of a client, and what it means.</summary>
/// <param name="Name">The sample.</param>
/// <param name="Method">The method of the hub.</param>
/// <param name="Arguments">What the server reads in it.</param>
/// <param name="Answer">The record that it is answered with; null for none.</param>
/// <param name="Written">The arguments as .NET writes them where the sample has a shorter form; null where they are the sample's.</param>
internal sealed record CallSample(string Name, string Method, object?[] Arguments, Type? Answer, string? Written = null);
