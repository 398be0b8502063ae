using System.Reflection;
using System.Reflection.Emit;

namespace RealtimeGateway.Tests.Architecture;

/// <summary>Every type that a compiled type names: in its declaration, its members, and the code of its methods.</summary>
internal static class TypeReferences
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    public static IEnumerable<Type> Of(Type type)
    {
        IEnumerable<Type?> named =
        [
            type.BaseType,
            .. type.GetInterfaces(),
            .. type.GetCustomAttributesData().Select(attribute => attribute.AttributeType),
            .. type.GetFields(All).Select(field => field.FieldType),
            .. type.GetProperties(All).Select(property => property.PropertyType),
            .. type.GetMethods(All).Select(method => method.ReturnType),
            .. Methods(type).SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType),
            .. Methods(type).SelectMany(InBody),
        ];
        return named.OfType<Type>().SelectMany(Parts).Distinct();
    }

    private static IEnumerable<MethodBase> Methods(Type type) => [.. type.GetMethods(All), .. type.GetConstructors(All)];

    // A list of sessions names the list and the session.
    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsConstructedGenericType ? [type.GetGenericTypeDefinition(), .. type.GetGenericArguments().SelectMany(Parts)]
        : [type];

    private static IEnumerable<Type?> InBody(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
        {
            yield break;
        }

        foreach (var local in body.LocalVariables)
        {
            yield return local.LocalType;
        }

        var typeArguments = method.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericArguments() : null;
        var methodArguments = method is MethodInfo { IsGenericMethod: true } ? method.GetGenericArguments() : null;
        foreach (var token in Tokens(body.GetILAsByteArray()!))
        {
            var member = method.Module.ResolveMember(token, typeArguments, methodArguments);
            yield return member as Type ?? member!.DeclaringType;
            if (member is MethodInfo called)
            {
                yield return called.ReturnType;
                foreach (var argument in called.IsGenericMethod ? called.GetGenericArguments() : [])
                {
                    yield return argument;
                }
            }
        }
    }

    // The operands that name a type, a method or a field (ECMA-335, III.1.9).
    private static IEnumerable<int> Tokens(byte[] il)
    {
        for (var at = 0; at < il.Length;)
        {
            var code = il[at] == 0xFE ? OpCodesByValue[(short)(0xFE00 | il[at + 1])] : OpCodesByValue[il[at]];
            at += code.Size;
            switch (code.OperandType)
            {
                case OperandType.InlineType or OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineTok:
                    yield return BitConverter.ToInt32(il, at);
                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + 4 * BitConverter.ToInt32(il, at);
                    break;
                default:
                    at += OperandSize(code.OperandType);
                    break;
            }
        }
    }

    private static int OperandSize(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
