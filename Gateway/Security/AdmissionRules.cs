namespace RealtimeGateway.Security;

/// <summary>Whom the gateway takes at all.</summary>
internal sealed record AdmissionRules(bool Enabled, bool RequireApiKey, bool RequireSession);
