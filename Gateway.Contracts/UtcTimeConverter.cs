using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeGateway.Contracts;

/// <summary>Writes a time with <c>Z</c> (RFC 3339, section 5.6), as the same time looks everywhere on the wire.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);
}
