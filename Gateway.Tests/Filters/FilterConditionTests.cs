using System.Text.Json;
using RealtimeGateway.Contracts;

namespace RealtimeGateway.Tests.Filters;

[TestFixture]
public sealed class FilterConditionTests
{
    [TestCase("""{"method":"equal","attribute":"a","values":[1,"b",null,true,{"c":[]}]}""", "a", 5)]
    [TestCase("""{"values":[],"method":"equal","attribute":"a"}""", "a", 0)]
    [TestCase("""{"method":"equal","attribute":"a"}""", "a", 0)]
    [TestCase("""{"method":"equal","attribute":"a","values":null}""", "a", 0)]
    [TestCase("""{"method":"equal","attribute":null,"values":[1]}""", null, 1)]
    [TestCase("""{"method":"equal","values":[1],"later":{"x":1}}""", null, 1, Description = "What it does not know is ignored.")]
    public void Condition_IsRead(string json, string? attribute, int values)
    {
        var condition = JsonSerializer.Deserialize<FilterCondition>(json, JsonSerializerOptions.Web)!;

        Assert.Multiple(() =>
        {
            Assert.That(condition.Method, Is.EqualTo("equal"));
            Assert.That(condition.Attribute, Is.EqualTo(attribute));
            Assert.That(condition.Values, Has.Count.EqualTo(values));
        });
    }

    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("1")]
    [TestCase("\"equal\"")]
    [TestCase("{}")]
    [TestCase("""{"method":null}""")]
    [TestCase("""{"method":1}""")]
    [TestCase("""{"method":"\ud800"}""")]
    [TestCase("""{"method":"equal","attribute":1}""")]
    [TestCase("""{"method":"equal","attribute":"\udc00"}""")]
    [TestCase("""{"method":"equal","values":1}""", Description = "One value is a list, too.")]
    [TestCase("""{"method":"equal","values":"a"}""")]
    [TestCase("""{"method":"equal","values":{}}""")]
    [TestCase("""{"method":"equal","values":false}""")]
    public void Condition_IsRefusedWithItsShape_WhenItHasAnother(string json) =>
        Assert.That(
            () => JsonSerializer.Deserialize<FilterCondition>(json, JsonSerializerOptions.Web),
            Throws.InstanceOf<JsonException>().With.Message.StartsWith("A filter is a list of conditions { method, attribute?, values? }"));

    [TestCase("""{"method":"equal","attribute":"a","values":[1,"b",null,{"c":[]}]}""")]
    [TestCase("""{"method":"or","values":[{"method":"isNull","attribute":"a"}]}""")]
    [TestCase("""{"method":"isNull","attribute":"a.b"}""")]
    [TestCase("""{"method":"and"}""")]
    public void Condition_IsWrittenAsItIsRead(string json)
    {
        var condition = JsonSerializer.Deserialize<FilterCondition>(json, JsonSerializerOptions.Web);

        Assert.That(JsonSerializer.Serialize(condition, JsonSerializerOptions.Web), Is.EqualTo(json));
    }
}
